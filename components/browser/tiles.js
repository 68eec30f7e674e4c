// The stage: a tile for everybody in the room, on whichever path their picture and sound come.

import { act } from "./acts.js";
import { arrange, cover, fitted, missing } from "./arrangement.js";
import { find } from "./find.js";
import { connectionOf, STAGE } from "./frames.js";
import { asksForClick } from "./hearing.js";
import { followConnections } from "./latest.js";
import { own } from "./own.js";
import { showsQuality } from "./quality_badge.js";
import { streams } from "./streams.js";
import { Tile } from "./tile.js";
import { view } from "./view.js";
import { wishFor } from "./wishes.js";

/**
 * What a run of the script says (components/tiles): whether the stage is the small one of another page, whether the call goes
 * from browser to browser, and why it could not be connected.
 * @typedef {{ docked: boolean, direct: boolean, refusal: string }} Data
 * @typedef {import("./arrangement.js").Placed} Placed
 */

const MARGIN = 16;  // px around a grid, both sides together
const LOOK_EVERY = 1_000;  // ms

/** @type {Data} */
let data = { docked: false, direct: false, refusal: "" };
/** @type {HTMLElement | null} */
let root = null;
/**
 * By person and kind.
 * @type {Map<string, Tile>}
 */
const drawn = new Map();
const sized = new ResizeObserver(fit);

/** @param {Component<Data>} component */
export default function tiles({ data: given, parentElement }) {
  data = given;
  bind(find(parentElement, ".stage"));
  const stops = [view, streams, own].map((each) => each.follow(draw));
  stops.push(followConnections(draw), asksForClick(find(parentElement, ".stage-hear")));
  stops.push(showsQuality(find(parentElement, ".stage-quality")), looksAgain());
  draw();
  return () => stops.forEach((stop) => stop());
}

// A picture that stands still has no event.
function looksAgain() {
  const timer = setInterval(() => {
    const changed = [...drawn.values()].filter((tile) => tile.look());
    if (changed.length) draw();
  }, LOOK_EVERY);
  return () => clearInterval(timer);
}

/** @returns {HTMLVideoElement | null} the large picture, or the first one of another person */
export function largest() {
  return (root?.querySelector("[data-place=large] video") ?? root?.querySelector(".tile:not([data-self]) video")) || null;
}

/**
 * Streamlit may draw the elements anew: what plays goes on in the new ones.
 * @param {HTMLElement} element
 */
function bind(element) {
  if (element === root) return;
  root = element;
  sized.disconnect();
  sized.observe(root);
  const list = find(root, ".tiles");
  for (const tile of drawn.values()) {
    list.append(tile.element);
    tile.play();
  }
}

function draw() {
  if (!root) return;
  const { room } = view, placed = room ? arrange(room, data.docked) : [];
  const here = new Set(placed.map(key));
  for (const [name, tile] of drawn) if (!here.has(name)) end(name, tile);
  for (const each of placed) update(each, room);
  root.hidden = !room;
  root.dataset.layout = layout(placed);
  root.toggleAttribute("data-direct", streams.direct !== null);
  find(root, ".stage-note").textContent = placed.length === 1 ? "Nobody else is here yet. Share the link." : "";
  say(room ? cover(room, { ...data, connecting: connecting() }) : "");
  fit();
}

function connecting() {
  return !streams.direct && connectionOf(STAGE)?.connectionState !== "connected";
}

/** @param {Placed} placed */
function key({ tile }) {
  return `${tile.kind} ${tile.id}`;
}

/**
 * @param {string} name
 * @param {Tile} tile
 */
function end(name, tile) {
  tile.end();
  drawn.delete(name);
}

/**
 * @param {Placed} placed
 * @param {Room | null} room
 */
function update(placed, room) {
  const name = key(placed);
  const tile = drawn.get(name) ?? new Tile(placed, pin);
  if (!drawn.has(name)) {
    drawn.set(name, tile);
    if (root) find(root, ".tiles").append(tile.element);
  }
  const speaks = placed.tile.kind === "camera" && room?.speaks === placed.person.id;
  const why = missing(placed, { films: own.on("video"), stands: tile.stands });
  tile.draw(placed, { speaks, pinned: isPinned(placed, room), why });
  tile.element.style.order = placed.self ? "-1" : String(placed.tile.slot);
  tile.show(streams.of(placed.tile));
}

/**
 * @param {Placed} placed
 * @param {Room | null} room
 */
function isPinned({ place }, room) {
  return room?.layout === "pin" && place === "large";
}

/** @param {string} text */
function say(text) {
  if (!root) return;
  const element = find(root, ".stage-cover");
  element.toggleAttribute("data-said", text !== "");
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Placed[]} placed */
function layout(placed) {
  return placed.some(({ place }) => place === "grid") ? "grid" : "large";
}

/** As large as they fit. */
function fit() {
  if (!root) return;
  const places = [...drawn.values()].map(({ element }) => element.dataset.place);
  const count = places.filter((place) => place === "grid").length;
  const { columns, wide } = fitted(count, root.clientWidth - MARGIN, root.clientHeight - MARGIN);
  root.style.setProperty("--columns", String(columns));
  root.style.setProperty("--wide", `${wide}px`);
  root.toggleAttribute("data-strip", places.includes("strip"));
  const others = [...drawn.values()].filter(({ self }) => !self);
  wishFor(others.map(({ shown, element }) => ({ tile: shown, height: element.clientHeight * devicePixelRatio })));
}

/** @param {Large | null} pinned is to be large all the time; null for who speaks */
function pin(pinned) {
  act({ act: "layout", layout: pinned ? "pin" : "speaker", pinned });
}

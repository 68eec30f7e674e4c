// What is said over the stage: whom it shows, or why there is no picture on it.

import { find } from "./find.js";
import { view } from "./view.js";

/**
 * @typedef {{ direct: boolean, refusal: string, connecting: boolean }} Data whether the direct call lies over the stage, why
 *   it could not be connected, and whether it is being connected
 * @typedef {{ kind: "cover" | "name", text: string } | null} Caption
 */

/** @type {() => void} */
let stop = () => {};

/**
 * @param {Component<Data>} component
 */
export default function show({ data, parentElement }) {
  const element = find(parentElement, ".stage-caption");
  const draw = () => write(element, caption(view.room, data));
  stop();
  stop = view.follow(draw);
  draw();
  return () => stop();
}

/**
 * @param {HTMLElement} element
 * @param {Caption} said
 */
function write(element, said) {
  const { kind, text } = said ?? { kind: "", text: "" };
  element.dataset.kind = kind;
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Room | null} room
 * @param {Data} data
 * @returns {Caption}
 */
export function caption(room, data) {
  if (!room || data.direct) return null;
  const person = room.people.find(({ id }) => id === room.shown);
  const text = whyEmpty(room, person, data);
  if (text) return { kind: "cover", text };
  // Of two, each knows; of more, whose picture this is changes.
  if (!person || room.layout === "grid" || room.people.length < 3) return null;
  return { kind: "name", text: person.microphone ? person.name : `${person.name} · muted` };
}

/**
 * @param {Room} room
 * @param {Member | undefined} person
 * @param {Data} data
 */
function whyEmpty({ layout }, person, { refusal, connecting }) {
  const grid = layout === "grid";
  if (!person) return "Nobody else is here yet. Share the link.";
  if (!person.connected && !grid) return `${person.name} lost the connection. Waiting for them to come back…`;
  if (refusal) return refusal;
  if (connecting) return "Connecting…";
  return person.camera || grid ? "" : `${person.name} has the camera off`;  // into a grid, it is written
}

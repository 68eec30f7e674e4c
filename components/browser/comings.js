// Who has come into the room that one is in, and who has gone: a line for each, for a few seconds, and two notes.

import { find } from "./find.js";
import { voice } from "./sounds.js";
import { view } from "./view.js";

const SAID_FOR = 4_000;  // ms
const NOTES = [523, 659];  // Hz: up for who comes, down for who goes
const VOLUME = 0.05;

/** @typedef {{ came: string[], gone: string[] }} Comings names */

/** @type {Room | null} */
let before = null;
/** @type {() => void} */
let stop = () => {};

/** @param {Component<{ here: boolean }>} component `here` is whether this tab speaks for the person */
export default function show({ data, parentElement }) {
  const draw = () => tell(find(parentElement, "div"), data.here ? view.room : null);
  stop();
  stop = view.follow(draw);
  draw();
  return stop;
}

/**
 * @param {HTMLElement} list
 * @param {Room | null} room
 */
function tell(list, room) {
  const { came, gone } = comings(before, room);
  before = room;
  came.forEach((name) => say(list, "login", `${name} joined`));
  gone.forEach((name) => say(list, "logout", `${name} left`));
  if (came.length) chime(NOTES);
  else if (gone.length) chime(NOTES.toReversed());
}

/**
 * Nothing when one has come into the room oneself: the page says who is there.
 * @param {Room | null} was
 * @param {Room | null} is
 * @returns {Comings}
 */
export function comings(was, is) {
  if (!was || !is || was.code !== is.code) return { came: [], gone: [] };
  return { came: missing(is.people, was.people), gone: missing(was.people, is.people) };
}

/**
 * The names of those who are in the one and not in the other.
 * @param {Member[]} people
 * @param {Member[]} others
 */
function missing(people, others) {
  return people.filter(({ id }) => !others.some((other) => other.id === id)).map(({ name }) => name);
}

/**
 * @param {HTMLElement} list
 * @param {string} icon
 * @param {string} text
 */
function say(list, icon, text) {
  const line = document.createElement("p");
  line.append(Object.assign(document.createElement("i"), { ariaHidden: "true", textContent: icon }), text);
  list.append(line);
  setTimeout(() => line.remove(), SAID_FOR);
}

/** @param {number[]} notes */
function chime(notes) {
  voice.play(notes.map((note, i) => [[note], i * 0.12, 0.15]), VOLUME);
}

// Whom one is in a call with, and for how long: the title of the room.

import { length } from "./length.js";
import { find } from "./find.js";
import { view } from "./view.js";

const BY_NAME = 3;  // how many are named; of more, the first two are

/** @type {number | undefined} */
let timer;

/** @param {Component<unknown>} component */
export default function company({ parentElement }) {
  const heading = find(parentElement, "h3"), time = find(parentElement, "time");
  const draw = () => {
    write(heading, title(view.room));
    write(time, view.room?.since ? length(view.elapsed(view.room.since)) : "");
  };
  clearInterval(timer);
  timer = setInterval(draw, 1_000);
  draw();
  const stop = view.follow(draw);
  return () => {
    clearInterval(timer);
    stop();
  };
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Room | null} room */
export function title(room) {
  if (!room) return "";
  const [, ...names] = room.people.map(({ name }) => name);
  return names.length ? `In call with ${listed(names)}` : "Waiting for somebody to join";
}

/**
 * As one says it: "Bob", "Bob and Carol", "Bob, Carol and 2 others".
 * @param {string[]} names
 */
function listed(names) {
  const few = names.length <= BY_NAME ? names : [...names.slice(0, BY_NAME - 1), `${names.length - BY_NAME + 1} others`];
  return [few.slice(0, -1).join(", "), ...few.slice(-1)].filter(Boolean).join(" and ");
}

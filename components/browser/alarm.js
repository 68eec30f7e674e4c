// One line above the page while the server cannot be reached; and one, with a way out, on a page that waits for long.

import { session } from "./session.js";

const LONG = 15_000;  // ms

/** @type {HTMLElement | null} */
let alarm = null;
/** @type {HTMLElement | null} */
let slow = null;
/** @type {number | null} */
let since = null;
/** @type {number | undefined} */
let timer;

/** @param {HTMLElement} parent */
export function drawAlarms(parent) {
  alarm = parent.querySelector(".alarm");
  slow = parent.querySelector(".slow");
  const reload = slow?.querySelector("button");
  if (reload) reload.onclick = () => location.reload();
  // A page waits for its session to know it, or for the stage to be connected.
  since = session.drawn.waits ? since ?? Date.now() : null;
  showSlow();
}

/** @param {string} text */
export function warn(text) {
  if (alarm) Object.assign(alarm, { textContent: text, hidden: false });
}

export function isWarning() {
  return alarm !== null && !alarm.hidden;
}

export function calm() {
  if (alarm) alarm.hidden = true;
}

function showSlow() {
  clearTimeout(timer);
  const left = since === null ? Infinity : since + LONG - Date.now();
  if (slow) slow.hidden = left > 0;
  if (left > 0 && left < Infinity) timer = setTimeout(showSlow, left);
}

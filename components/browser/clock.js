// How long a call has been running: counts in the browser, so that the server has nothing to do for it, and on a clock that
// nobody sets: with the time of day, a call would be an hour longer or shorter after a change of it.

import { find } from "./find.js";

/** @type {number | undefined} */
let timer;

/**
 * @param {Component<{ elapsed: number }>} component which is told how many seconds it has been
 */
export default function clock({ data, parentElement }) {
  const from = performance.now() - 1_000 * data.elapsed;
  const time = find(parentElement, "time");
  const tick = () => { time.textContent = length((performance.now() - from) / 1_000); };
  clearInterval(timer);
  timer = setInterval(tick, 1_000);
  tick();
  return () => clearInterval(timer);
}

/**
 * 65 -> "1:05", 3,700 -> "1:01:40".
 * @param {number} seconds
 */
export function length(seconds) {
  const whole = Math.floor(seconds), minutes = Math.floor(whole / 60) % 60, hours = Math.floor(whole / 3_600);
  const parts = [...(hours ? [hours] : []), minutes, whole % 60];
  return parts.map((part, i) => i ? String(part).padStart(2, "0") : String(part)).join(":");
}

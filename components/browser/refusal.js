// Why something could not be done, in words, for as long as one may read it.

const SAID_FOR = 10_000;  // ms

/** @type {WeakMap<HTMLElement, number>} */
const timers = new WeakMap();

/**
 * @param {HTMLElement} line is an alert, and hidden while it is empty
 * @param {Answer} [answer] what was answered; without it, nothing has been yet
 */
export function tellRefusal(line, answer) {
  clearTimeout(timers.get(line));
  line.textContent = answer?.type === "refused" ? answer.message : "";
  if (line.textContent) timers.set(line, setTimeout(() => tellRefusal(line), SAID_FOR));
}

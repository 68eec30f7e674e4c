// Where a browser plays no sound before the first click in a page (loudspeaker.js), a button over the stage asks for it. Any
// other click, or a key, serves as well, wherever in the page; and so does a camera or a microphone that is on: some browsers
// let such a page play.

import { frame, PREVIEW, STAGE } from "./frames.js";
import { loudspeaker } from "./loudspeaker.js";
import { own } from "./own.js";

const GESTURES = ["pointerup", "keydown"];  // that a browser takes for the person's wish

/**
 * Documents whose gestures are heard of.
 * @type {WeakSet<Document>}
 */
const heeded = new WeakSet();

/**
 * Draw it, for as long as there is no sound.
 * @param {HTMLElement} button
 * @returns {() => void} how to stop
 */
export function asksForClick(button) {
  const draw = () => { button.hidden = !loudspeaker.blocked; };
  button.onclick = () => loudspeaker.allow();
  heedGestures();
  draw();
  const stops = [loudspeaker.follow(draw), own.follow(() => { if (own.any) loudspeaker.allow(); })];
  return () => stops.forEach((stop) => stop());
}

function heedGestures() {
  for (const page of [document, ...[STAGE, PREVIEW].map((selector) => frame(selector)?.contentDocument)]) {
    if (!page || heeded.has(page)) continue;
    heeded.add(page);
    for (const gesture of GESTURES) page.addEventListener(gesture, () => loudspeaker.allow(), true);
  }
}

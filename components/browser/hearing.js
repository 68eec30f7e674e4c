// A browser may refuse to play a sound before the first click in a page (MDN, "Autoplay guide for media and Web Audio APIs"):
// a call that goes on over a reload would be a picture that stands still. Here it plays without its sound at once, and a
// button over it asks for the click. Any other one serves as well.

import { frame, PREVIEW, STAGE, stageVideo } from "./frames.js";

const LOOK_EVERY = 250;  // ms
const GESTURES = ["pointerup", "keydown"];  // that a browser takes for the person's wish

/**
 * Videos whose sound was refused.
 * @type {WeakSet<HTMLVideoElement>}
 */
const silenced = new WeakSet();
/**
 * Documents whose gestures are heard of.
 * @type {WeakSet<Document>}
 */
const heeded = new WeakSet();
/** @type {HTMLButtonElement | null} */
let button = null;
/** @type {number | null} */
let timer = null;

/**
 * @param {Component<{ inCall: boolean }>} component
 */
export default function hearing({ data, parentElement }) {
  button = parentElement.querySelector("button");
  if (button) button.onclick = hear;
  if (data.inCall) timer ??= setInterval(look, LOOK_EVERY);
  else stop();
  look();
  return stop;
}

function stop() {
  clearInterval(timer ?? undefined);
  timer = null;
  if (button) button.hidden = true;
}

/**
 * The one that is to be heard: the direct call's where it is shown, else the stage's.
 * @returns {HTMLVideoElement | null}
 */
function picture() {
  return document.querySelector(".parley-direct[data-shown] .direct-other")
    ?? stageVideo();
}

function look() {
  const video = timer ? picture() : null;
  heedGestures();
  if (video?.srcObject && video.paused) play(video);
  offer(video && isSilenced(video) ? frame(STAGE) : null);
}

/** @param {HTMLVideoElement} video */
function isSilenced(video) {
  return video.srcObject !== null && video.muted && silenced.has(video);
}

/**
 * The button, in the middle of a picture.
 * @param {HTMLElement | null} over
 */
function offer(over) {
  if (!button) return;
  button.hidden = !over;
  if (!over) return;
  const { x, y, width, height } = over.getBoundingClientRect();
  button.style.left = `${x + width / 2}px`;
  button.style.top = `${y + height / 2}px`;
}

/** @param {HTMLVideoElement} video */
async function play(video) {
  try {
    await video.play();
  } catch (error) {
    // It is an error of the frame's, and so no instance of a class of this page's.
    if (/** @type {Error} */ (error).name !== "NotAllowedError" || video.muted) return;
    silenced.add(video);
    video.muted = true;
    await video.play().catch(() => {});  // it is tried again at the next look
  }
}

function hear() {
  const video = picture();
  if (!video || !silenced.has(video)) return;
  silenced.delete(video);
  video.muted = false;
  look();
}

function heedGestures() {
  for (const page of [document, ...[STAGE, PREVIEW].map((selector) => frame(selector)?.contentDocument)]) {
    if (!page || heeded.has(page)) continue;
    heeded.add(page);
    for (const gesture of GESTURES) page.addEventListener(gesture, hear, true);
  }
}

window.addEventListener("scroll", () => { if (button && !button.hidden) look(); }, { capture: true, passive: true });

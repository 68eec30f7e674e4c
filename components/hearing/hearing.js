// A browser may refuse to play a sound before the first click in a page (MDN, "Autoplay guide for media and Web Audio APIs"):
// a call that goes on over a reload would be a picture that stands still. Here it plays without its sound at once, and a
// button over it asks for the click. Any other one serves as well.

const LOOK_EVERY = 250;  // ms
const FRAMES = [".st-key-stage iframe", ".st-key-preview iframe"];
const GESTURES = ["pointerup", "keydown"];  // that a browser takes for the person's wish

const silenced = new WeakSet();  // videos whose sound was refused
const heeded = new WeakSet();  // documents whose gestures are heard of
let button = null, timer = null;

export default function hearing({ data, parentElement }) {
  button = parentElement.querySelector("button");
  button.onclick = hear;
  if (data.inCall) timer ??= setInterval(look, LOOK_EVERY);
  else stop();
  look();
  return stop;
}

function stop() {
  clearInterval(timer);
  timer = null;
  button.hidden = true;
}

// The one that is to be heard: the direct call's where it is shown, else the stage's.
function picture() {
  return document.querySelector(".parley-direct[data-shown] .direct-other")
    ?? document.querySelector(FRAMES[0])?.contentDocument?.querySelector("video");
}

function look() {
  const video = timer && picture();
  heedGestures();
  if (video?.srcObject && video.paused) play(video);
  button.hidden = !(video?.srcObject && video.muted && silenced.has(video));
  if (!button.hidden) place(document.querySelector(FRAMES[0]).getBoundingClientRect());
}

async function play(video) {
  try {
    await video.play();
  } catch (error) {
    if (error.name !== "NotAllowedError" || video.muted) return;
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
  for (const page of [document, ...FRAMES.map((selector) => document.querySelector(selector)?.contentDocument)]) {
    if (!page || heeded.has(page)) continue;
    heeded.add(page);
    for (const gesture of GESTURES) page.addEventListener(gesture, hear, true);
  }
}

function place({ x, y, width, height }) {
  button.style.left = `${x + width / 2}px`;
  button.style.top = `${y + height / 2}px`;
}

window.addEventListener("scroll", () => { if (button && !button.hidden) look(); }, { capture: true, passive: true });

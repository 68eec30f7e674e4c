// The dialog of a call that rings. It is drawn as soon as the server tells of the ring, before the script runs for it: cameras
// and connections, which that run starts, keep a browser busy.
//
// One may be invited to the same room twice: it is the deadline that tells one ring from the next, on the screen and in the
// answer.

import { act } from "./acts.js";
import { accept as acceptDirect } from "./direct.js";
import { find } from "./find.js";
import { layer } from "./layer.js";
import { offerNotifications } from "./notifications.js";
import { tellRefusal } from "./refusal.js";
import { ringer } from "./ringer.js";
import { view } from "./view.js";

const STEADY = 12;  // px; who moves the pointer further before letting go may have changed their mind

/**
 * @typedef {{ camera: string, here: boolean }} Data what there is to know of the person's camera where its picture is not,
 *   and whether it rings in this tab
 */

/** @type {number | null} */
let shown = null;
/** @type {{ button: HTMLElement, x: number, y: number } | null} */
let pressed = null;
/** @type {() => void} */
let stop = () => {};

/** @param {Component<Data>} component */
export default function ringing({ data, parentElement }) {
  const draw = () => show(parentElement, data);
  stop();
  stop = view.follow(draw);
  draw();
  return () => {
    stop();
    ringer.stop();
    layer.close();
    shown = null;
  };
}

/**
 * @param {HTMLElement} parent
 * @param {Data} data
 */
function show(parent, { camera, here }) {
  const ring = here ? view.ring : null;
  ringer.follow(ring, find(parent, ".ringing-hear"), () => layer.dialog?.focus());
  offerNotifications(find(parent, ".ringing-notify"), view.me?.status === "IDLE");
  if (ring) open(find(parent, ".ringing-dialog"), ring, camera);
  else close();
}

function close() {
  layer.close({ answered: view.room !== null });
  shown = null;
}

/**
 * @param {HTMLElement} dialog
 * @param {Ring} ring
 * @param {string} camera
 */
function open(dialog, ring, camera) {
  const putDown = find(dialog, ".ringing-put-down"), accept = find(dialog, ".ringing-accept");
  write(dialog, ring, camera);
  press(putDown, () => answer(dialog, "put_down", ring));
  press(accept, () => {
    acceptDirect(ring.room);
    answer(dialog, "accept", ring);
  });
  layer.open(dialog);
  layer.showPreview(!camera);
  if (shown === ring.deadline) return;
  shown = ring.deadline;
  enable(dialog, true);
  tellRefusal(find(dialog, ".ringing-problem"));
}

/**
 * @param {HTMLElement} dialog
 * @param {"accept" | "put_down"} what
 * @param {Ring} ring
 */
async function answer(dialog, what, { room, deadline }) {
  enable(dialog, false);
  const answered = await act({ act: what, room, deadline });
  if (answered.type === "done" || shown !== deadline) return;
  tellRefusal(find(dialog, ".ringing-problem"), answered);
  enable(dialog, true);
}

/**
 * @param {HTMLElement} dialog
 * @param {boolean} enabled
 */
function enable(dialog, enabled) {
  for (const button of dialog.querySelectorAll(".ringing-answer button")) button.toggleAttribute("disabled", !enabled);
}

/**
 * A browser forgets a click when the page is laid out anew between pressing and letting go, as it is while cameras start.
 * So it is enough to let go where one has pressed; the click that may follow finds the button disabled.
 * @param {HTMLElement} button
 * @param {() => void} does
 */
function press(button, does) {
  button.onclick = does;
  button.onpointerdown = ({ isPrimary, button: which, clientX: x, clientY: y }) => {
    pressed = isPrimary && which === 0 ? { button, x, y } : null;
  };
}

/** @param {PointerEvent} event */
function letGo({ type, clientX, clientY }) {
  const from = pressed;
  pressed = null;
  if (type !== "pointerup" || !from || from.button.matches(":disabled")) return;
  if (Math.hypot(clientX - from.x, clientY - from.y) < STEADY) from.button.click();
}

window.addEventListener("pointerup", letGo, true);
window.addEventListener("pointercancel", letGo, true);

/**
 * @param {HTMLElement} dialog
 * @param {Ring} ring
 * @param {string} camera
 */
function write(dialog, { incoming, name }, camera) {
  const texts = {
    "h2": incoming ? "Incoming call" : "Outgoing call",
    "#ringing-who": incoming ? `${name} is calling` : `Calling ${name}…`,
    ".ringing-preview": camera,
    ".ringing-put-down": incoming ? "Decline" : "Cancel",
    ".ringing-key": `Esc ${incoming ? "declines" : "cancels"}`,
  };
  for (const [selector, text] of Object.entries(texts)) {
    const element = find(dialog, selector);
    if (element.textContent !== text) element.textContent = text;
  }
  find(dialog, ".ringing-accept").hidden = !incoming;
}

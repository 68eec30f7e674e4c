// Whether the others get this person's picture and sound, said to the server whenever it believes something else: after a
// click, and after a drop or a restart as well.

import { act } from "./acts.js";
import { view } from "./view.js";

/** @typedef {{ camera: boolean, microphone: boolean, screen: boolean }} Sent */

/** @type {Sent | null} */
let sent = null;
let asking = false;
/** @type {(message: string) => void} */
let refuse = () => {};

/**
 * @param {Sent | null} state null where another tab speaks for the person
 * @param {(message: string) => void} [refused] is called when the screen is not taken
 */
export function tellSent(state, refused = () => {}) {
  [sent, refuse] = [state, refused];
  correct();
}

async function correct() {
  const { me } = view;
  if (!me || !sent || asking || isKnown(me, sent)) return;
  asking = true;
  const { camera, microphone, screen } = sent, answer = await act({ act: "send", camera, microphone, screen });
  asking = false;
  if (answer.type === "done") view.sends({ camera, microphone, screen });  // the server says so, too, a moment later
  else if (screen && !me.screen) refuse(answer.message);
}

/**
 * @param {Me} me
 * @param {Sent} state
 */
function isKnown(me, state) {
  return me.camera === state.camera && me.microphone === state.microphone && me.screen === state.screen;
}

view.follow(correct);

// Whether the others get this person's picture and sound, said to the server whenever it believes something else: after a
// click, and after a drop or a restart as well.

import { act } from "./acts.js";
import { view } from "./view.js";

/** @typedef {{ camera: boolean, microphone: boolean }} Sent */

/** @type {Sent | null} */
let sent = null;
let asking = false;

/** @param {Sent | null} state null where another tab speaks for the person */
export function tellSent(state) {
  sent = state;
  correct();
}

async function correct() {
  const { me } = view;
  if (!me || !sent || asking || me.camera === sent.camera && me.microphone === sent.microphone) return;
  asking = true;
  const { camera, microphone } = sent;
  const { type } = await act({ act: "send", camera, microphone });
  asking = false;
  if (type === "done") view.sends({ camera, microphone });  // the server says so, too, a moment later
}

view.follow(correct);

// Who this tab is, and what its person has chosen: remembered by the browser, told to each session that asks.

import { session } from "./session.js";

const TOKEN = "parley.token";   // sessionStorage: this tab, across reloads
const NAME = "parley.name";     // sessionStorage: this tab's; localStorage: the last one in this browser, for a new tab
const SENDS = "parley.sends";   // sessionStorage: whether this tab's person has turned off the camera, or more
const ROOM = "parley.room";     // sessionStorage: the room that this tab's person is in, or was lost from
const AGAIN_AFTER = 2_000;      // ms; what is said while Streamlit has no connection is lost

/** @type {string | null} */
let greeted = null;
/** @type {number | undefined} */
let timer;

// Each session asks, also the one that a restarted server begins for a page that is open already.
export function introduce() {
  const { heard, session: asking } = session.drawn;
  if (!heard && greeted === asking) return;
  clearTimeout(timer);
  greeted = asking;
  if (heard) return remember();
  session.say("hello", {
    session: asking, token: sessionStorage.getItem(TOKEN), name: nameHere(), sends: sessionStorage.getItem(SENDS),
    room: sessionStorage.getItem(ROOM),
  });
  timer = setTimeout(() => { greeted = null; introduce(); }, AGAIN_AFTER);
}

function nameHere() {
  return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
}

function remember() {
  const { token, name, sends, room } = session.drawn;
  if (token) {
    sessionStorage.setItem(TOKEN, token);
    for (const storage of [sessionStorage, localStorage]) storage.setItem(NAME, name);
  } else {
    sessionStorage.removeItem(TOKEN);
  }
  keep(SENDS, sends);
  keep(ROOM, room);
}

/**
 * @param {string} key
 * @param {string | null} value
 */
function keep(key, value) {
  if (value) sessionStorage.setItem(key, value);
  else sessionStorage.removeItem(key);
}

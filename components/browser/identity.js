// Who this tab is, and what its person has chosen: remembered by the browser, told to each session that asks.

import { session } from "./session.js";
import { browserStorage, tabStorage } from "./storage.js";

const TOKEN = "parley.token";   // in the tab: this tab, across reloads
const NAME = "parley.name";     // in the tab: this tab's; in the browser: the last one in this browser, for a new tab
const SENDS = "parley.sends";   // in the tab: whether this tab's person has turned off the camera, or more
const ROOM = "parley.room";     // in the tab: the room that this tab's person is in, or was lost from
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
    session: asking, token: tabStorage.getItem(TOKEN), name: nameHere(), sends: tabStorage.getItem(SENDS),
    room: tabStorage.getItem(ROOM),
  });
  timer = setTimeout(() => { greeted = null; introduce(); }, AGAIN_AFTER);
}

function nameHere() {
  return tabStorage.getItem(NAME) ?? browserStorage.getItem(NAME);
}

function remember() {
  const { token, name, sends, room } = session.drawn;
  if (token) {
    tabStorage.setItem(TOKEN, token);
    for (const storage of [tabStorage, browserStorage]) storage.setItem(NAME, name);
  } else {
    tabStorage.removeItem(TOKEN);
  }
  keep(SENDS, sends);
  keep(ROOM, room);
}

/**
 * @param {string} key
 * @param {string | null} value
 */
function keep(key, value) {
  if (value) tabStorage.setItem(key, value);
  else tabStorage.removeItem(key);
}

// What Parley changes in streamlit-webrtc's front end, in the frames of both streamers while they still rest. latest.js has
// what it changes in their connections, mirror.js in the own picture.
// 1. Its page is white or black where the video leaves room, and its buttons are made for a page. Here the frame's own dark
//    background shows through, the buttons are light, and the own picture is as in a mirror.
// 2. It tells Streamlit its height whenever it is drawn, which draws it anew. Here the style sheets size both frames, and
//    only its first word counts.

import { page, PREVIEW, STAGE } from "./frames.js";
import { latest } from "./latest.js";
import { receiving, sending } from "./media_sections.js";
import { Mirror } from "./mirror.js";
import { own } from "./own.js";
import { sharing } from "./sharing.js";

const FRAMES = [STAGE, PREVIEW];
const LOOK_EVERY = 50, GONE_AFTER = 1_000;  // ms
const STYLE = `
  body { background: transparent !important; }
  div:has(.MuiStack-root) { width: 100%; }
  .MuiStack-root { width: 100%; justify-content: center; }
  button { color: #e8ecef !important; background: rgb(255 255 255 / 0.14) !important; }
  button:hover { background: rgb(255 255 255 / 0.28) !important; }
  button:focus-visible { outline: 3px solid #8ab4f8; }
  video { transform: scaleX(-1); }
  [aria-label]:has(> select) > svg { color: #e8ecef; }
  select:focus-visible { outline: 3px solid #8ab4f8; }
`;

/**
 * Of the preview's frame, as it was loaded last.
 * @type {Mirror | null}
 */
let mirror = null;
/**
 * The code of the room that the person is in, empty in none; null before it is known who it is.
 * @type {string | null}
 */
let room = null;
/** @type {HTMLElement | null} */
let element = null;

/**
 * What a run of the script says (components/webrtc_frontend).
 * @typedef {{ captures: Record<import("./own.js").Kind, boolean>, camera: MediaTrackConstraints, returned: boolean,
 *   call: string | null, ready: boolean, slots: number }} Data
 *
 * @param {Component<Data>} component
 */
export default function webrtcFrontend({ data, parentElement, setStateValue }) {
  element = parentElement;
  const prepared = Promise.all(FRAMES.map((selector) => prepare(selector, data.slots)));
  if (!data.ready) prepared.then(() => setStateValue("ready", true));
  if (data.call === "" && room !== "") own.forget();  // it is over, be it since before a reload
  room = data.call;
  own.want(data.captures, data.camera);
  mirror?.show(data.returned);
  return () => { setTimeout(letGo, GONE_AFTER); };
}

// Another tab has taken this one's place: what is drawn no more is over. On another page it is drawn anew at once.
function letGo() {
  if (element?.isConnected) return;
  own.want({ audio: false, video: false }, own.camera);
  sharing.end();
}

/**
 * @param {string} selector
 * @param {number} slots of the stage
 */
async function prepare(selector, slots) {
  const frame = await present(selector);
  if (frame.RTCPeerConnection.name === "LatestPeerConnection") return;
  frame.document.head.append(Object.assign(frame.document.createElement("style"), { textContent: STYLE }));
  frame.RTCPeerConnection = latest(frame.RTCPeerConnection, selector === STAGE ? receiving(slots) : sending);
  if (selector === PREVIEW) mirror = new Mirror(frame);
}

/**
 * @param {string} selector
 * @returns {Promise<import("./frames.js").Page>}
 */
async function present(selector) {
  for (;;) {
    const frame = page(selector);
    if (frame?.document.getElementById("root")) return frame;
    await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY); });
  }
}

/**
 * Windows of frames.
 * @type {WeakSet<object>}
 */
const sized = new WeakSet();

window.addEventListener("message", (message) => {
  const { source, data } = message;
  if (data?.type !== "streamlit:setFrameHeight" || !source || !FRAMES.some((selector) => page(selector) === source)) return;
  if (sized.has(source)) message.stopImmediatePropagation();
  else if (data.height) sized.add(source);
}, true);

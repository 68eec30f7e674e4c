// Tells the server what only this browser knows of its camera and microphone: whether there are any, whether they may be
// used, why they could not be, and which are sent. It reads the alert of the preview streamer's frame, which also tells of
// connections that fail: it counts where the camera was refused with that error (camera.js).

import { camera } from "./camera.js";
import { connectionOf, frame, PREVIEW, previewSenders } from "./frames.js";
import { followConnections } from "./latest.js";
import { own } from "./own.js";
import { tellSent } from "./sent.js";

/** @type {((state: object) => void) | null} */
let report = null;
let here = false, told = "", errors = 0;
/** @type {Document | null} */
let watched = null;
/** @type {Element | null} */
let alert = null;
const observer = new MutationObserver(look);
/**
 * Tracks that have ended by themselves.
 * @type {WeakSet<MediaStreamTrack>}
 */
const gone = new WeakSet();
const known = {
  /** @type {number | null} */
  cameras: null,
  /** @type {number | null} */
  microphones: null,
  /** @type {string} */
  camera: "prompt",
  /** @type {string} */
  microphone: "prompt",
};

/** @param {Component<{ here: boolean }>} component `here` is whether this tab speaks for the person */
export default function devices({ data, setStateValue }) {
  report = (state) => setStateValue("report", state);
  ({ here } = data);
  watch();
  survey();
  return () => {
    observer.disconnect();
    watched = null;
  };
}

async function survey() {
  if ("mediaDevices" in navigator) {
    const found = await navigator.mediaDevices.enumerateDevices();
    known.cameras = found.filter(({ kind }) => kind === "videoinput").length;
    known.microphones = found.filter(({ kind }) => kind === "audioinput").length;
    navigator.mediaDevices.ondevicechange = survey;
  }
  await Promise.all([permission("camera"), permission("microphone")]);
  look();
}

/** @param {"camera" | "microphone"} name */
async function permission(name) {
  try {
    const status = await navigator.permissions.query({ name: /** @type {PermissionName} */ (name) });
    known[name] = status.state;
    status.onchange = survey;
  } catch {
    known[name] = "prompt";  // Firefox knows no such permission name; getUserMedia will tell
  }
}

function watch() {
  const document = frame(PREVIEW)?.contentDocument ?? null;
  if (!document || document === watched) return;
  watched = document;
  observer.disconnect();
  observer.observe(document, { subtree: true, childList: true, characterData: true });
}

function look() {
  if (!report) return;
  watch();
  count();
  const tracks = handedOver(), ended = tracks.filter((track) => gone.has(track)).map(({ kind }) => kind);
  tellSent(here ? sends(tracks) : null);
  const state = { secure: window.isSecureContext, ...known, error: alert ? camera.refused : null, errors, ended };
  const text = JSON.stringify(state);
  if (text === told || known.cameras === null && state.secure) return;
  told = text;
  report(state);
}

// The tracks that the preview's connection has, also when they have ended.
function handedOver() {
  const tracks = previewSenders().flatMap(({ track }) => track ?? []);
  for (const track of tracks) track.onended = () => { gone.add(track); look(); };  // not for one that is stopped here
  return tracks;
}

// The alerts that tell of a camera that was refused.
function count() {
  const shown = watched?.querySelector("[role=alert]") ?? null;
  const tells = shown && camera.refused && shown.textContent.startsWith(camera.refused);
  if (tells && shown !== alert) errors += 1;
  alert = tells ? shown : null;
}

/**
 * A device that was unplugged has ended, and its connection goes on with nothing.
 * @param {MediaStreamTrack[]} tracks
 */
function sends(tracks) {
  if (own.used) return { camera: own.on("video") || own.screen !== null, microphone: own.on("audio") };
  const connected = connectionOf(PREVIEW)?.connectionState === "connected";
  const live = tracks.filter(({ readyState, enabled }) => connected && readyState === "live" && enabled);
  const sent = (/** @type {string} */ kind) => live.some((track) => track.kind === kind);
  return { camera: sent("video"), microphone: sent("audio") };
}

// At first the frame holds an empty page, which nobody has to watch.
document.addEventListener("load", ({ target }) => {
  if (target instanceof Element && target.matches(PREVIEW)) look();
}, true);
own.follow(look);
followConnections(look);

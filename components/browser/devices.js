// Tells the server what only this browser knows of its camera and microphone: whether there are any, whether they may be
// used, why they could not be, and which are sent.

import { outlets } from "./outlets.js";
import { own } from "./own.js";
import { tellSent } from "./sent.js";
import { sharing } from "./sharing.js";

/** @type {((state: object) => void) | null} */
let report = null;
let here = false, told = "";
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
  survey();
}

async function survey() {
  if ("mediaDevices" in navigator) {
    const found = await navigator.mediaDevices.enumerateDevices();
    known.cameras = found.filter(({ kind }) => kind === "videoinput").length;
    known.microphones = found.filter(({ kind }) => kind === "audioinput").length;
    navigator.mediaDevices.ondevicechange = () => Promise.all([survey(), own.recover()]);
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

function look() {
  if (!report) return;
  tellSent(here ? outlets.sent : null, (message) => sharing.end(message));
  const { error, errors, ended } = own;
  const state = { secure: window.isSecureContext, ...known, error, errors, ended: [...ended] };
  const text = JSON.stringify(state);
  if (text === told || known.cameras === null && state.secure) return;
  told = text;
  report(state);
}

outlets.follow(look);

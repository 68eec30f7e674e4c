// Asks the browser for a camera and a microphone: for the devices that were chosen last, where they are still there.

import { browserStorage } from "./storage.js";

/** @typedef {"audio" | "video"} Kind */

const DEVICE = "parley.device.";  // in the browser, with the kind behind it: the id of the device that was chosen last

/**
 * Raises what getUserMedia does (W3C Media Capture and Streams, section 10.2).
 * @param {Kind[]} kinds
 * @param {MediaTrackConstraints} camera
 * @returns {Promise<MediaStreamTrack[]>}
 */
export async function capture(kinds, camera) {
  if (!("mediaDevices" in navigator)) throw new DOMException("This page is not secure.", "SecurityError");
  const asked = (/** @type {boolean} */ chosen) => Object.fromEntries(kinds.map((kind) => (
    [kind, { ...(kind === "video" ? camera : {}), ...(chosen ? device(kind) : {}) }]
  )));
  const { mediaDevices } = navigator;
  const stream = await mediaDevices.getUserMedia(asked(true)).catch((error) => {
    if (error.name !== "OverconstrainedError") throw error;
    return mediaDevices.getUserMedia(asked(false));  // what was chosen last is not there any more
  });
  return stream.getTracks();
}

/**
 * @param {Kind} kind
 * @param {string} deviceId
 */
export function remember(kind, deviceId) {
  browserStorage.setItem(DEVICE + kind, deviceId);
}

/** @param {Kind} kind */
export function remembered(kind) {
  return browserStorage.getItem(DEVICE + kind);
}

/**
 * Exactly this one: where it is but `ideal`, Chromium takes its default microphone.
 * @param {Kind} kind
 */
function device(kind) {
  const exact = remembered(kind);
  return exact ? { deviceId: { exact } } : {};
}

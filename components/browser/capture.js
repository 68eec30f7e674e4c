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
  const wanted = Object.fromEntries(kinds.map((kind) => [kind, { ...(kind === "video" ? camera : {}), ...device(kind) }]));
  const stream = await navigator.mediaDevices.getUserMedia(wanted);
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

/** @param {Kind} kind */
function device(kind) {
  const ideal = remembered(kind);
  return ideal ? { deviceId: { ideal } } : {};
}

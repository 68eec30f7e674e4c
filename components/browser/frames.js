// The frames of both streamers (components/webrtc.py). Each is a page of its own, with classes of its own.

export const STAGE = ".st-key-stage iframe", PREVIEW = ".st-key-preview iframe";

/** @typedef {Window & typeof globalThis} Page */

/**
 * @param {string} selector
 * @returns {HTMLIFrameElement | null}
 */
export function frame(selector) {
  return document.querySelector(selector);
}

/**
 * @param {string} selector
 * @returns {Page | null}
 */
export function page(selector) {
  return /** @type {Page | null} */ (frame(selector)?.contentWindow ?? null);
}

/**
 * The connection that a frame made last (latest.js), if any.
 * @param {string} selector
 * @returns {RTCPeerConnection | null}
 */
export function connectionOf(selector) {
  const { last } = /** @type {{ last?: RTCPeerConnection | null }} */ (page(selector)?.RTCPeerConnection ?? {});
  return last ?? null;
}

/** @returns {RTCRtpSender[]} of the preview's connection, unless it is closed */
export function previewSenders() {
  const connection = connectionOf(PREVIEW);
  return connection && connection.connectionState !== "closed" ? connection.getSenders() : [];
}

// What the preview streamer sends, or sent last.
export function previewTracks() {
  const senders = connectionOf(PREVIEW)?.getSenders() ?? [];
  return senders.flatMap(({ track }) => track ?? []);
}

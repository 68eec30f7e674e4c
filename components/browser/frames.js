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

/**
 * By what the preview's connection sends, and into what it is put; null without one.
 * @returns {import("./media_sections.js").Senders | null}
 */
export function previewSenders() {
  const connection = /** @type {any} */ (connectionOf(PREVIEW));
  return connection && connection.connectionState !== "closed" ? connection.senders ?? null : null;
}

// Whether the server gets what is sent to it.
export function previewConnected() {
  return connectionOf(PREVIEW)?.connectionState === "connected";
}

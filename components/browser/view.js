// What this tab's participant may see of their own calls and room. The server sends each part when it has changed;
// docs/protocol.md says what is in them.

import { followers } from "./followers.js";

const { tell, follow } = followers();

/** @type {View} */
const NOTHING = { me: null, ring: null, room: null, unread: 0, missed: [] };

export const view = {
  ...NOTHING,
  follow,

  /**
   * Seconds from the registry's clock to the one of this browser that counts from the epoch, and to the one that nobody sets.
   */
  ahead: { date: 0, steady: 0 },

  /**
   * @param {Partial<View>} parts are those that have changed
   * @param {number} now is what time it is on the registry's clock, in seconds
   */
  hear(parts, now) {
    this.knows(now);
    Object.assign(this, parts);
    tell();
  },

  /**
   * The server has been told what this person sends.
   * @param {{ camera: boolean, microphone: boolean, screen: boolean }} sent
   */
  sends(sent) {
    if (this.me) this.me = { ...this.me, ...sent };
    tell();
  },

  /** @param {number} now */
  knows(now) {
    this.ahead = { date: Date.now() / 1_000 - now, steady: performance.now() / 1_000 - now };
  },

  /**
   * A moment of the registry's clock.
   * @param {number} at
   */
  date(at) {
    return new Date((at + this.ahead.date) * 1_000);
  },

  /**
   * How many seconds ago that moment was.
   * @param {number} at
   */
  elapsed(at) {
    return Math.max(0, performance.now() / 1_000 - this.ahead.steady - at);
  },

  forget() {
    Object.assign(this, NOTHING);
    tell();
  },
};

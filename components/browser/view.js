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
   * Seconds from the registry's clock to the one of this browser, which counts from the epoch.
   */
  ahead: 0,

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
   * @param {{ camera: boolean, microphone: boolean }} sent
   */
  sends(sent) {
    if (this.me) this.me = { ...this.me, ...sent };
    tell();
  },

  /** @param {number} now */
  knows(now) {
    this.ahead = Date.now() / 1_000 - now;
  },

  /**
   * A moment of the registry's clock.
   * @param {number} at
   */
  date(at) {
    return new Date((at + this.ahead) * 1_000);
  },

  forget() {
    Object.assign(this, NOTHING);
    tell();
  },
};

// What was said in the room's chat, as far as this page has been told: the last messages, and earlier ones when asked for.

import { ask } from "./acts.js";
import { followers } from "./followers.js";
import { view } from "./view.js";

const { tell, follow } = followers();

export const chat = {
  follow,

  /**
   * The code of the room.
   * @type {string | null}
   */
  room: null,

  /**
   * The number of the first message that is known.
   */
  first: 0,

  /** @type {Message[]} */
  messages: [],

  /**
   * Somebody reads it now.
   */
  seen: false,

  /** @param {Chat} told */
  hear({ room, from, messages, now }) {
    const end = this.first + this.messages.length;
    view.knows(now);
    if (room !== this.room || from > end || from + messages.length < this.first) {
      Object.assign(this, { room, first: from, messages });
    } else {
      const before = messages.slice(0, Math.max(0, this.first - from)), after = messages.slice(Math.max(0, end - from));
      Object.assign(this, { first: Math.min(from, this.first), messages: [...before, ...this.messages, ...after] });
    }
    tell();
  },

  // Ask for what was said before.
  earlier() {
    ask({ type: "chat", before: this.first });
  },

  /** @param {boolean} seen */
  look(seen) {
    if (seen === this.seen) return;
    this.seen = seen;
    tell();
  },

  forget() {
    Object.assign(this, { room: null, first: 0, messages: [] });
    tell();
  },
};

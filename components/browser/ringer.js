// What tells of a ring beside the dialog: a tone, the page's title, a notification.

import { notify } from "./notifications.js";
import { voice } from "./sounds.js";
import { entitle } from "./title.js";

/** @typedef {{ every: number, tones: import("./sounds.js").Tone[], volume: number }} Sound */

/** @type {Sound} */
const INCOMING = { every: 3_000, tones: [[[659, 784], 0, 0.3], [[659, 784], 0.4, 0.3]], volume: 0.12 };
/** @type {Sound} */
const OUTGOING = { every: 4_000, tones: [[[425], 0, 1]], volume: 0.03 };

export const ringer = {
  /** @type {Sound | null} */
  rings: null,
  /** @type {number | undefined} */
  timer: undefined,
  /** @type {Notification | null} */
  notice: null,
  /** @type {HTMLElement | null} */
  hear: null,
  /** @type {() => void} */
  heard() {},

  /**
   * @param {Ring | null} ring
   * @param {HTMLElement} hear is the button to press where the browser wants a gesture first
   * @param {() => void} heard is called where that button had the focus, and is not needed any more
   */
  follow(ring, hear, heard) {
    Object.assign(this, { hear, heard });
    entitle(ring?.incoming ? `${ring.name} is calling` : null);
    const rings = ring && (ring.incoming ? INCOMING : OUTGOING);
    if (rings === this.rings) return;
    this.stop();
    if (ring) this.start(ring);
  },

  /** @param {Ring} ring */
  start({ name, incoming }) {
    this.rings = incoming ? INCOMING : OUTGOING;
    if (this.hear) this.hear.onclick = () => this.sound();
    this.sound();
    this.timer = setInterval(() => this.sound(), this.rings.every);
    if (!incoming) return;
    this.notice = notify("Incoming call", { body: `${name} is calling`, tag: "parley", requireInteraction: true });
  },

  async sound() {
    const { rings, hear } = this;
    if (!rings || !hear) return;
    const heard = await voice.play(rings.tones, rings.volume);
    if (heard && hear.matches(":focus")) this.heard();
    hear.hidden = heard;
  },

  stop() {
    clearInterval(this.timer);
    voice.stop();
    this.notice?.close();
    Object.assign(this, { rings: null, timer: undefined, notice: null });
  },
};

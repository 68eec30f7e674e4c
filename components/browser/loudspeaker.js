// What is heard of a call. A browser may refuse to play a sound before the first click in a page (MDN, "Autoplay guide for
// media and Web Audio APIs"): a call that goes on over a reload would be a picture that stands still. Then all pictures play
// without sound at once, until there is a click (hearing.js).

import { followers } from "./followers.js";

const { tell, follow } = followers();

/** @type {AudioContext | null} */
let context = null;

export const loudspeaker = {
  /**
   * `hear` is called when sound is allowed, or refused.
   */
  follow,

  blocked: false,

  /** @param {HTMLVideoElement} video */
  async play(video) {
    try {
      await video.play();
    } catch (error) {
      if (/** @type {Error} */ (error).name === "NotAllowedError" && !video.muted) this.block();
    }
  },

  block() {
    if (this.blocked) return;
    this.blocked = true;
    tell();
  },

  // There was a click.
  allow() {
    context?.resume();
    if (!this.blocked) return;
    this.blocked = false;
    tell();
  },

  /**
   * A sound that is louder than it came: an element cannot do that.
   * @param {MediaStream} stream
   * @param {number} times
   * @returns {{ gain: GainNode, stop: () => void }}
   */
  amplify(stream, times) {
    context ??= new AudioContext();
    const source = context.createMediaStreamSource(stream), gain = context.createGain();
    gain.gain.value = times;
    source.connect(gain).connect(context.destination);
    return { gain, stop: () => { source.disconnect(); gain.disconnect(); } };
  },
};

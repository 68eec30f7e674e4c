// The screen, a window or a tab that the person shares, with its sound where the browser gives it.

import { followers } from "./followers.js";

const { tell, follow } = followers();

// The sound is what plays there, not a voice: nothing is to be taken out of it. This page is not offered: it would show itself.
const ASKED = /** @type {DisplayMediaStreamOptions} */ ({
  video: { frameRate: { max: 15 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: "include",
  selfBrowserSurface: "exclude",
  surfaceSwitching: "include",
});

export const sharing = {
  /**
   * `hear` is called when sharing begins or ends.
   */
  follow,

  /** @type {MediaStream | null} */
  stream: null,
  /** Why it has ended, or does not begin; empty where the person ended it. */
  why: "",

  get picture() {
    return this.stream?.getVideoTracks()[0] ?? null;
  },

  get sound() {
    return this.stream?.getAudioTracks()[0] ?? null;
  },

  // Whether this browser can: phones cannot.
  get possible() {
    return "getDisplayMedia" in (navigator.mediaDevices ?? {});
  },

  // Raises what getDisplayMedia does (W3C Screen Capture), but where the person has thought better of it.
  async begin() {
    this.why = "";
    const stream = await navigator.mediaDevices.getDisplayMedia(ASKED).catch(refusal);
    const [picture] = stream?.getVideoTracks() ?? [];
    if (!stream || !picture) return;
    picture.contentHint = "detail";
    picture.onended = () => this.end();  // by the browser's own button
    [this.stream, this.why] = [stream, ""];
    tell();
  },

  end(why = "") {
    if (!this.stream) return;
    this.stream.getTracks().forEach((track) => track.stop());
    [this.stream, this.why] = [null, why];
    tell();
  },
};

/**
 * The name of the error is the same for a person's Cancel as for the system's refusal: its message alone tells them apart.
 * @param {DOMException} error
 */
function refusal(error) {
  if (error.name !== "NotAllowedError") throw error;
  if (!/system/i.test(error.message)) return null;
  throw new Error("Your system does not let this browser record the screen. Allow it in its privacy settings.");
}

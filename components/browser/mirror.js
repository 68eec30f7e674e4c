// The library shows what the server sends back of the own picture. Here the own picture is shown as the camera gives it,
// unless an effect changes it: what the server sends is shown then, once it moves.

import { followers } from "./followers.js";
import { own } from "./own.js";

const { tell, follow } = followers();

export const mirrored = {
  follow,
  /**
   * What the server sends of the own picture, while that is what is to be seen of it.
   * @type {MediaStream | null}
   */
  stream: null,
};

export class Mirror {
  #window;
  /** @type {(this: HTMLMediaElement, stream: MediaProvider | null) => void} */
  #set;
  /** @type {HTMLMediaElement | null} */
  #video = null;
  /** @type {MediaProvider | null} */
  #stream = null;
  #returned = false;

  /** @param {import("./frames.js").Page} page the preview's frame */
  constructor(page) {
    this.#window = page;
    const { prototype } = page.HTMLMediaElement, mirror = this;
    const { get, set } = /** @type {any} */ (Object.getOwnPropertyDescriptor(prototype, "srcObject"));
    this.#set = set;
    Object.defineProperty(prototype, "srcObject", {
      get,
      set(stream) { mirror.#attach(this, stream); },
      configurable: true,
    });
  }

  /** @param {boolean} returned whether the server sends the picture back */
  show(returned) {
    if (returned === this.#returned) return;
    this.#returned = returned;
    this.#draw();
  }

  /**
   * @param {HTMLMediaElement} video
   * @param {MediaProvider | null} stream
   */
  #attach(video, stream) {
    [this.#video, this.#stream] = [video, stream];
    this.#draw();
  }

  #draw() {
    const [video, stream] = [this.#video, this.#stream];
    if (!video) return;
    if (stream && this.#returned) this.#whenItMoves(video, stream);
    else this.#show(video, stream && own.stream);
  }

  /**
   * @param {HTMLMediaElement} video
   * @param {MediaProvider | null} stream
   */
  #show(video, stream) {
    this.#set.call(video, stream);
    mirrored.stream = stream === own.stream ? null : /** @type {MediaStream | null} */ (stream);
    tell();
  }

  /**
   * @param {HTMLMediaElement} video
   * @param {MediaProvider} stream
   */
  #whenItMoves(video, stream) {
    const trial = this.#window.document.createElement("video");
    this.#set.call(trial, stream);
    trial.muted = true;
    trial.play().catch(() => {});
    trial.requestVideoFrameCallback(() => {
      this.#set.call(trial, null);
      if (this.#returned && stream === this.#stream) this.#show(video, stream);
    });
  }
}

// Plays a stream where nobody sees or hears it, to know when there is something to be shown.

export class Probe {
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });

  /** @param {MediaStream | null} [stream] */
  constructor(stream = null) {
    this.watch(stream);
  }

  /** @param {MediaStream | null} stream the same again is free */
  watch(stream) {
    if (stream === this.#video.srcObject) return;
    this.#video.srcObject = stream;
    if (stream) this.#video.play().catch(() => {});
  }

  // Whether anything of it has come, be it sound alone.
  get plays() {
    return this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  // Whether a picture of it moves.
  get moves() {
    return this.plays && this.#video.videoWidth > 0 && this.#video.getVideoPlaybackQuality().totalVideoFrames > 1;
  }

  end() {
    this.#video.srcObject = null;
  }
}

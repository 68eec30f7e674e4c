// The preview streamer's camera and microphone, asked for by the library in its frame.

import { previewTracks } from "./frames.js";
import { own } from "./own.js";

/** @typedef {import("./own.js").Kind} Kind */

/**
 * The code of the room that the person is in, empty in none; null before it is known who it is.
 * @type {string | null}
 */
let room = null;

export const camera = {
  /**
   * The name of the error with which it was refused last, until it is given.
   * @type {string | null}
   */
  refused: null,

  /**
   * The library asks the camera when it starts; a picture of another size needs no new connection.
   * @param {MediaTrackConstraints} constraints
   */
  follow(constraints) {
    for (const track of this.tracks) {
      track.applyConstraints(constraints).catch(() => {});  // a camera that cannot goes on as it is
    }
  },

  get tracks() {
    return previewTracks().filter(({ kind }) => kind === "video");
  },

  /** @param {string | null} call */
  forgetOutside(call) {
    if (call === "" && room !== "") own.forget();  // it is over, be it since before a reload
    room = call;
  },

  /**
   * Connections that ask at the same time get the same tracks.
   * @param {MediaDevices} devices of a frame
   */
  share(devices) {
    const ask = devices.getUserMedia.bind(devices);
    /** @type {Promise<MediaStream> | null} */
    let asked = null;
    devices.getUserMedia = (constraints = {}) => asked ??= get(ask, constraints).finally(() => { asked = null; });
  },
};

/**
 * @param {(constraints: MediaStreamConstraints) => Promise<MediaStream>} ask
 * @param {MediaStreamConstraints} constraints
 */
async function get(ask, constraints) {
  try {
    // After a direct call the camera is still on there, and is handed over.
    const stream = own.lend(constraints) ?? await ask(own.withDevices(constraints));
    camera.refused = null;
    for (const track of stream.getTracks()) track.enabled = !own.off.has(/** @type {Kind} */ (track.kind));
    return stream;
  } catch (error) {
    camera.refused = /** @type {Error} */ (error).name;
    throw error;
  }
}

// The preview streamer's camera and microphone, asked for by the library in its frame. What a person has switched off in a
// call stays off until the call is over, also over a reload or another connection.

import { previewTracks } from "./frames.js";
import { own } from "./own.js";
import { tabStorage } from "./storage.js";

/** @typedef {import("./own.js").Kind} Kind */

const OFF = "parley.off";  // in the tab: what was switched off when the page was left
const KINDS = /** @type {const} */ (["audio", "video"]);

/**
 * The tracks of the preview's last connection, also when they have ended.
 * @type {Partial<Record<Kind, MediaStreamTrack>>}
 */
let given = {};
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
    if (call === "") tabStorage.removeItem(OFF);
    if (call === "" && room) given = {};
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
    const stream = own.lend(constraints) ?? await ask(constraints);
    camera.refused = null;
    stream.getTracks().forEach(take);
    return stream;
  } catch (error) {
    camera.refused = /** @type {Error} */ (error).name;
    throw error;
  }
}

/** @param {MediaStreamTrack} track */
function take(track) {
  const kind = /** @type {Kind} */ (track.kind);
  track.enabled = !isOff(kind);
  given[kind] = track;
}

/** @param {Kind} kind */
function isOff(kind) {
  const track = own.tracks[kind] ?? given[kind];
  return track ? !track.enabled : (tabStorage.getItem(OFF) ?? "").includes(kind);
}

window.addEventListener("pagehide", () => {
  if (room) tabStorage.setItem(OFF, KINDS.filter(isOff).join());
});

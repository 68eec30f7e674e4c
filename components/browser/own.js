// What this person sends, on both paths. In a direct call the camera is not captured a second time: the tracks are those of the
// server's preview, cloned, and when the preview starts again it gets clones of these. What is switched off stays off: over a
// reload, with another device, and on another path.

import { followers } from "./followers.js";
import { previewSenders, previewTracks } from "./frames.js";
import { browserStorage, tabStorage } from "./storage.js";

/** @typedef {"audio" | "video"} Kind */

const { tell, follow } = followers();
const KINDS = /** @type {const} */ (["audio", "video"]);
const OFF = "parley.off";  // in the tab: the kinds that are switched off
const DEVICE = "parley.device.";  // in the browser, with the kind behind it: the id of the device that was chosen last

/**
 * @param {Kind} kind
 * @param {string | undefined} deviceId
 * @param {MediaTrackConstraints} camera
 * @returns {MediaStreamConstraints}
 */
function constraints(kind, deviceId, camera) {
  const device = deviceId ? { deviceId: { exact: deviceId } } : {};
  return kind === "audio" ? { audio: { ...device } } : { video: { ...camera, ...device } };
}

/**
 * Another device in the server's preview, which goes on by the same connection.
 * @param {Kind} kind
 * @param {MediaStreamTrack} track
 */
async function replaceInPreview(kind, track) {
  const sender = previewSenders().find((each) => each.track?.kind === kind);
  if (!sender) return track.stop();
  sender.track?.stop();
  await sender.replaceTrack(track);
}

export const own = {
  /**
   * `hear` is called when something else is sent than before.
   */
  follow,

  /** @type {Record<Kind, MediaStreamTrack | null>} */
  tracks: { audio: null, video: null },
  /** @type {MediaStreamTrack | null} */
  screen: null,
  /** @type {{ senders: Record<Kind, RTCRtpSender | null>, connection: RTCPeerConnection } | null} */
  peer: null,
  /** @type {MediaTrackConstraints} */
  camera: {},
  stream: new MediaStream(),
  /** Whether the other one gets it this way now. */
  used: false,
  off: new Set((tabStorage.getItem(OFF) ?? "").split(",")),

  // Take what the preview has, as soon as it has it.
  borrow() {
    for (const track of previewTracks()) {
      const kind = /** @type {Kind} */ (track.kind);
      if (track.readyState === "live" && !this.live(kind)) this.put(kind, track.clone());
    }
  },

  /**
   * Another size of the picture was chosen, say.
   * @param {MediaTrackConstraints} camera
   */
  ask(camera) {
    if (JSON.stringify(camera) === JSON.stringify(this.camera)) return;
    this.camera = camera;
    this.tracks.video?.applyConstraints(camera).catch(() => {});  // a camera that cannot goes on as it is
  },

  /** @param {boolean} used */
  use(used) {
    this.used = used;
    tell();
  },

  /** @param {Kind} kind */
  live(kind) {
    return this.tracks[kind]?.readyState === "live";
  },

  get any() {
    return KINDS.some((kind) => this.live(kind));
  },

  get complete() {
    return KINDS.every((kind) => this.live(kind));
  },

  /** @param {Kind} kind */
  on(kind) {
    return !this.off.has(kind) && this.captured(kind).some(({ readyState }) => readyState === "live");
  },

  /**
   * What is captured, on either path; also when it has ended. What was sent before the preview was turned off is not.
   * @param {Kind} kind
   */
  captured(kind) {
    const tracks = [this.tracks[kind], ...previewSenders().map(({ track }) => track)];
    return tracks.flatMap((track) => track?.kind === kind ? track : []);
  },

  /**
   * Switch it on or off.
   * @param {Kind} kind
   * @param {boolean} on
   */
  turn(kind, on) {
    if (on) this.off.delete(kind);
    else this.off.add(kind);
    tabStorage.setItem(OFF, [...this.off].filter(Boolean).join());
    for (const track of this.captured(kind)) track.enabled = on;
    tell();
  },

  // The call is over: nothing is off in the next one.
  forget() {
    for (const kind of KINDS) if (this.off.has(kind)) this.turn(kind, true);
  },

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  put(kind, track) {
    const before = this.tracks[kind];
    if (before) this.stream.removeTrack(before);
    before?.stop();
    this.tracks[kind] = track;
    this.stream.addTrack(track);
    this.feed();
    tell();
  },

  // Give the connection what is to be sent now.
  feed() {
    const { audio, video } = this.peer?.senders ?? {};
    audio?.replaceTrack(this.tracks.audio).catch(() => {});
    video?.replaceTrack(this.screen ?? this.tracks.video).catch(() => {});
  },

  /**
   * Switch it on or off; false where nothing has been captured yet, on either path.
   * @param {Kind} kind
   */
  async toggle(kind) {
    const ended = this.captured(kind).every(({ readyState }) => readyState === "ended");
    if (ended && !this.peer && !this.captured(kind).length) return false;
    this.turn(kind, ended || this.off.has(kind));
    if (ended) await this.choose(kind);
    return true;
  },

  /**
   * @param {Kind} kind
   * @param {string} [deviceId]
   */
  async choose(kind, deviceId) {
    const stream = await navigator.mediaDevices.getUserMedia(constraints(kind, deviceId, this.camera));
    const [track] = stream.getTracks();
    if (!track) return;
    if (deviceId) browserStorage.setItem(DEVICE + kind, deviceId);
    track.enabled = !this.off.has(kind);
    if (this.peer) this.put(kind, track.clone());
    await replaceInPreview(kind, track);
    tell();
  },

  // Whether there is a way to share the screen: of a direct call.
  get mayShare() {
    return this.used && "getDisplayMedia" in (navigator.mediaDevices ?? {});
  },

  /**
   * What is asked of the browser, with the devices that were chosen last.
   * @param {MediaStreamConstraints} asked
   */
  withDevices(asked) {
    const precise = { ...asked };
    for (const kind of KINDS) {
      const ideal = browserStorage.getItem(DEVICE + kind), wanted = asked[kind];
      if (ideal && wanted) precise[kind] = { ...(wanted === true ? {} : wanted), deviceId: { ideal } };
    }
    return precise;
  },

  async share() {
    if (this.screen) return this.unshare();
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false }).catch((error) => {
      if (error.name !== "NotAllowedError") throw error;  // else the person has thought better of it
    });
    const [screen] = stream?.getVideoTracks() ?? [];
    if (!screen) return;
    this.screen = screen;
    if (!this.peer) return this.unshare();
    screen.contentHint = "detail";
    screen.onended = () => this.unshare();
    this.feed();
    tell();
  },

  unshare() {
    this.screen?.stop();
    this.screen = null;
    this.feed();
    tell();
  },

  /**
   * The preview asks for the camera: a clone of what is captured already, or null where that is not all it asks for.
   * @param {MediaStreamConstraints} asked
   */
  lend({ audio, video }) {
    const wanted = { audio, video }, kinds = KINDS.filter((kind) => wanted[kind]);
    if (!this.peer || !kinds.every((kind) => this.live(kind))) return null;
    return new MediaStream(kinds.flatMap((kind) => this.tracks[kind]?.clone() ?? []));
  },

  // Whether the preview has got what it needs; before that, what is off here would be on there.
  get lent() {
    const live = previewTracks().filter(({ readyState }) => readyState === "live").map(({ kind }) => kind);
    return KINDS.every((kind) => !this.live(kind) || live.includes(kind));
  },

  stop() {
    this.peer = null;
    this.used = false;
    this.unshare();
    for (const kind of KINDS) {
      const track = this.tracks[kind];
      track?.stop();
      if (track) this.stream.removeTrack(track);
      this.tracks[kind] = null;
    }
  },
};

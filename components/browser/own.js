// The person's own camera and microphone, captured once for every path (outlets.js). What is switched off stays off: over a
// reload, with another device, and on another path. A camera that is off is not captured; a microphone that is muted is, so
// that it is there at once.

import { capture, remember, remembered } from "./capture.js";
import { followers } from "./followers.js";
import { tabStorage } from "./storage.js";

/** @typedef {import("./capture.js").Kind} Kind */

const { tell, follow } = followers();
const KINDS = /** @type {const} */ (["audio", "video"]);
const OFF = "parley.off";  // in the tab: the kinds that are switched off

// The browser is asked for one thing at a time.
let queue = Promise.resolve();
/**
 * What was refused is not asked for again, until it was not wanted meanwhile.
 * @type {Set<Kind>}
 */
const refused = new Set();

export const own = {
  /**
   * `hear` is called when something else is captured than before.
   */
  follow,

  /** @type {Record<Kind, MediaStreamTrack | null>} */
  tracks: { audio: null, video: null },
  stream: new MediaStream(),
  /** What the run of the script wants to be captured. */
  wanted: { audio: false, video: false },
  /** @type {MediaTrackConstraints} */
  camera: {},
  /** @type {Set<Kind>} */
  off: new Set(/** @type {Kind[]} */ ((tabStorage.getItem(OFF) ?? "").split(",").filter(Boolean))),
  /**
   * The name of the error with which it was refused last, until it is given.
   * @type {string | null}
   */
  error: null,
  /** How many times it was. */
  errors: 0,
  /**
   * What has ended by itself, as when it is unplugged, and no other device has taken its place.
   * @type {Set<Kind>}
   */
  ended: new Set(),

  /**
   * @param {Record<Kind, boolean>} wanted
   * @param {MediaTrackConstraints} camera
   */
  want(wanted, camera) {
    const other = JSON.stringify(camera) !== JSON.stringify(this.camera);
    [this.wanted, this.camera] = [wanted, camera];
    if (other) this.tracks.video?.applyConstraints(camera).catch(() => {});  // a camera that cannot goes on as it is
    for (const kind of KINDS) if (!wanted[kind]) this.release(kind);
    const missing = KINDS.filter((kind) => this.wanted[kind] && !this.live(kind) && !this.rests(kind) && !this.ended.has(kind));
    const asked = missing.filter((kind) => !refused.has(kind));
    if (asked.length) this.acquire(asked).catch((error) => this.refuse(asked, error));
  },

  /**
   * @param {Kind[]} kinds
   * @returns {Promise<void>} raises what getUserMedia does
   */
  acquire(kinds) {
    const doing = queue.then(async () => {
      const missing = kinds.filter((kind) => this.wanted[kind] && !this.live(kind));
      const tracks = missing.length ? await capture(missing, this.camera) : [];
      for (const track of tracks) this.take(track);
    });
    queue = doing.catch(() => {});
    return doing;
  },

  /** @param {MediaStreamTrack} track */
  take(track) {
    const kind = /** @type {Kind} */ (track.kind);
    if (!this.wanted[kind] || this.rests(kind)) return track.stop();
    this.drop(kind);
    this.error = null;
    this.ended.delete(kind);
    track.enabled = !this.off.has(kind);
    track.onended = () => this.lose(kind);  // not where it is stopped here
    track.onmute = track.onunmute = tell;  // the system has taken it, or gives it back
    this.tracks[kind] = track;
    this.stream.addTrack(track);
    tell();
  },

  /**
   * @param {Kind[]} kinds
   * @param {Error} error
   */
  refuse(kinds, error) {
    kinds.forEach((kind) => refused.add(kind));
    this.error = error.name;
    this.errors += 1;
    tell();
  },

  /**
   * A device has ended by itself: another one takes its place, if there is one.
   * @param {Kind} kind
   */
  async lose(kind) {
    this.drop(kind);
    await this.acquire([kind]).catch(() => { this.ended.add(kind); });
    tell();
  },

  // There are other devices than before: what has ended may go on.
  async recover() {
    for (const kind of this.ended) await this.acquire([kind]).catch(() => {});
  },

  /** @param {Kind} kind */
  release(kind) {
    refused.delete(kind);
    this.ended.delete(kind);
    if (!this.tracks[kind]) return;
    this.drop(kind);
    tell();
  },

  /** @param {Kind} kind */
  drop(kind) {
    const track = this.tracks[kind];
    if (!track) return;
    track.onended = null;
    track.stop();
    this.stream.removeTrack(track);
    this.tracks[kind] = null;
  },

  /** @param {Kind} kind */
  live(kind) {
    return this.tracks[kind]?.readyState === "live";
  },

  get any() {
    return KINDS.some((kind) => this.live(kind));
  },

  /**
   * Whether the others get it, as far as that is decided here.
   * @param {Kind} kind
   */
  on(kind) {
    return !this.off.has(kind) && this.live(kind) && !this.tracks[kind]?.muted;
  },

  /**
   * A camera that is switched off is not captured.
   * @param {Kind} kind
   */
  rests(kind) {
    return kind === "video" && this.off.has(kind);
  },

  /**
   * Switch it on or off; false where a run of the script has to want it first. Raises what getUserMedia does.
   * @param {Kind} kind
   */
  async toggle(kind) {
    if (!this.wanted[kind]) return false;
    await this.turn(kind, !this.on(kind));
    return true;
  },

  /**
   * @param {Kind} kind
   * @param {boolean} on
   */
  async turn(kind, on) {
    this.switch(kind, on);
    if (!on && kind === "video") this.drop(kind);
    const track = this.tracks[kind];
    if (track) track.enabled = on;
    tell();
    if (!on || this.live(kind) || !this.wanted[kind]) return;
    await this.acquire([kind]).catch((error) => {
      this.switch(kind, false);
      throw error;
    });
  },

  /**
   * @param {Kind} kind
   * @param {boolean} on
   */
  switch(kind, on) {
    if (on) this.off.delete(kind);
    else this.off.add(kind);
    tabStorage.setItem(OFF, [...this.off].join());
  },

  // The call is over: nothing is off in the next one.
  forget() {
    for (const kind of this.off) this.turn(kind, true).catch(() => {});
  },

  /**
   * Another device, from now on. The one before is stopped first: a phone opens one camera at a time. Raises what
   * getUserMedia does; then the one before goes on.
   * @param {Kind} kind
   * @param {string} deviceId
   */
  async choose(kind, deviceId) {
    const before = remembered(kind) ?? this.tracks[kind]?.getSettings().deviceId ?? "";
    remember(kind, deviceId);
    if (this.rests(kind) || !this.wanted[kind]) return;
    this.drop(kind);
    await this.acquire([kind]).catch(async (error) => {
      remember(kind, before);
      await this.acquire([kind]);
      throw error;
    });
  },
};

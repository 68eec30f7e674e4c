// What this person sends in a direct call. The camera is not captured a second time: the tracks are those of the server's
// preview, cloned, and when the preview starts again it gets clones of these.

const PREVIEW = ".st-key-preview iframe";
const GET = { audio: (deviceId) => ({ audio: deviceId ? { deviceId: { exact: deviceId } } : true }), video: (deviceId, camera) => ({ video: { ...camera, ...(deviceId && { deviceId: { exact: deviceId } }) } }) };

const own = {
  tracks: { audio: null, video: null }, screen: null, peer: null, camera: {}, stream: new MediaStream(), changed: () => {},

  // Take what the preview has, as soon as it has it.
  borrow() {
    for (const { track } of previewSenders()) {
      if (track?.readyState === "live" && !this.live(track.kind)) this.put(track.kind, track.clone());
    }
  },

  // Another size of the picture was chosen, say.
  ask(camera) {
    if (JSON.stringify(camera) === JSON.stringify(this.camera)) return;
    this.camera = camera;
    this.tracks.video?.applyConstraints(camera).catch(() => {});  // a camera that cannot goes on as it is
  },

  live(kind) {
    return this.tracks[kind]?.readyState === "live";
  },

  get any() {
    return this.live("audio") || this.live("video");
  },

  get complete() {
    return this.live("audio") && this.live("video");
  },

  on(kind) {
    return this.live(kind) && this.tracks[kind].enabled;
  },

  put(kind, track) {
    const before = this.tracks[kind];
    if (before) this.stream.removeTrack(before);
    before?.stop();
    this.tracks[kind] = track;
    this.stream.addTrack(track);
    this.feed();
    this.changed();
  },

  // Give the connection what is to be sent now.
  feed() {
    const { audio, video } = this.peer?.senders ?? {};
    audio?.replaceTrack(this.tracks.audio).catch(() => {});
    video?.replaceTrack(this.screen ?? this.tracks.video).catch(() => {});
  },

  async toggle(kind) {
    if (!this.live(kind)) return this.choose(kind);
    this.tracks[kind].enabled = !this.tracks[kind].enabled;
    this.changed();
  },

  async choose(kind, deviceId) {
    const enabled = this.tracks[kind]?.enabled ?? true;
    const stream = await navigator.mediaDevices.getUserMedia(GET[kind](deviceId, this.camera));
    const [track] = stream.getTracks();
    if (!this.peer) return track.stop();
    track.enabled = enabled;
    this.put(kind, track);
  },

  async share() {
    if (this.screen) return this.unshare();
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false }).catch((error) => {
      if (error.name !== "NotAllowedError") throw error;  // else the person has thought better of it
    });
    if (!stream) return;
    [this.screen] = stream.getVideoTracks();
    if (!this.peer) return this.unshare();
    this.screen.contentHint = "detail";
    this.screen.onended = () => this.unshare();
    this.feed();
    this.changed();
  },

  unshare() {
    this.screen?.stop();
    this.screen = null;
    this.feed();
    this.changed();
  },

  // The preview asks for the camera: a clone of what is captured already, or null where that is not all it asks for.
  lend({ audio, video }) {
    const kinds = [audio && "audio", video && "video"].filter(Boolean);
    if (!this.peer || !kinds.every((kind) => this.live(kind))) return null;
    return Promise.resolve(new MediaStream(kinds.map((kind) => this.tracks[kind].clone())));
  },

  // Whether the preview has got what it needs; before that, what is off here would be on there.
  get lent() {
    const live = previewSenders().filter(({ track }) => track?.readyState === "live").map(({ track }) => track.kind);
    return ["audio", "video"].every((kind) => !this.live(kind) || live.includes(kind));
  },

  // What was switched off while the preview already had its clones is off there, too.
  handOver() {
    for (const { track } of previewSenders()) {
      if (track && this.tracks[track.kind] && !this.on(track.kind)) track.enabled = false;
    }
  },

  stop() {
    this.peer = null;
    this.unshare();
    for (const kind of ["audio", "video"]) {
      this.tracks[kind]?.stop();
      if (this.tracks[kind]) this.stream.removeTrack(this.tracks[kind]);
      this.tracks[kind] = null;
    }
  },
};

function previewSenders() {
  return document.querySelector(PREVIEW)?.contentWindow?.RTCPeerConnection?.last?.getSenders() ?? [];
}

window.parleyOwn = own;

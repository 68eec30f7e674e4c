// What Parley changes in streamlit-webrtc's front end, in the frames of both streamers while they still rest.
// 1. Told to play, it may open several connections at once, and then mixes up their offers and answers. Here they share
//    the camera, so that they get on together, and only the last one makes an offer.
// 2. It reports its ICE candidates one by one, and each report is a run of the whole script that breaks off the one before.
//    Here the offer waits a moment for the candidates and carries them; only late ones are reported.
// 3. Its page is white or black where the video leaves room, and its toggles are made for a page. Here the frame's own dark
//    background shows through, and the toggles lie in the middle below the picture, light, or red for what is off.
// 4. The own picture goes to the server and back. Here it is shown as the camera gives it, unless an effect changes it.
// 5. A connection that is made anew, after a drop or a reload, starts with camera and microphone on. Here what a person has
//    switched off in a call stays off until the call is over.
// 6. It gives a connection that has just begun the last answer that it was handed, which may be one to the connection before.
//    Here a connection takes the answer to its own offer, once, and no other.
// 7. It gives a connection up as soon as the network falters. Here one has time to come back by itself, which takes no new
//    negotiation; when the server can be reached again, one that has not come back, or was offered in vain, is begun anew.
// 8. It tells Streamlit its height whenever it is drawn, which draws it anew. Here the style sheets size both frames, and
//    only its first word counts.

const PREVIEW = ".st-key-preview iframe";
const FRAMES = [".st-key-stage iframe", PREVIEW];
const LOOK_EVERY = 50, GATHER_WITHIN = 250;  // ms
const RECOVER_WITHIN = 4_000;  // ms; for a connection that falters while the server can be reached
const RETURN_WITHIN = 1_500;  // ms; for one that had no network, once the server can be reached again
const DOUBTED_FOR = 10_000;  // ms after that; one that falters only now goes by an address that is no more
const STYLE = `
  body { background: transparent !important; }
  div:has(.MuiStack-root) { width: 100%; }
  .MuiStack-root { width: 100%; justify-content: center; }
  button { color: #e8ecef !important; background: rgb(255 255 255 / 0.14) !important; }
  button:hover { background: rgb(255 255 255 / 0.28) !important; }
  button:focus-visible { outline: 3px solid #8ab4f8; }
  button.MuiIconButton-colorError { background: #b3261e !important; }
  [aria-label]:has(> select) > svg { color: #e8ecef; }
  select:focus-visible { outline: 3px solid #8ab4f8; }
`;
const OFF = "parley.off";  // sessionStorage: what was switched off when the page was left

export default function webrtcFrontend({ data, setStateValue }) {
  const prepared = Promise.all(FRAMES.map(prepare));
  if (!data.ready) prepared.then(() => setStateValue("ready", true));
  follow(data.camera);
  forget(data.call);
  mirrors.forEach((mirror) => mirror.show(data.returned));
}

// The library asks the camera when it starts; a picture of another size needs no new connection.
function follow(camera) {
  for (const track of cameras(find(PREVIEW))) {
    track.applyConstraints(camera).catch(() => {});  // a camera that cannot goes on as it is
  }
}

function cameras(window) {
  const senders = window?.RTCPeerConnection?.last?.getSenders() ?? [];
  return senders.map(({ track }) => track).filter((track) => track?.kind === "video");
}

async function prepare(selector) {
  const window = await present(selector);
  if (window.RTCPeerConnection?.name === "LatestPeerConnection") return;
  window.document.head.append(Object.assign(window.document.createElement("style"), { textContent: STYLE }));
  window.RTCPeerConnection = latest(window.RTCPeerConnection);
  if (window.navigator.mediaDevices) share(window.navigator.mediaDevices);
  if (selector === PREVIEW) mirrors = [new Mirror(window)];
}

const sized = new WeakSet();  // windows of frames

window.addEventListener("message", (message) => {
  const { source, data } = message;
  if (data?.type !== "streamlit:setFrameHeight" || !FRAMES.some((selector) => find(selector) === source)) return;
  if (sized.has(source)) message.stopImmediatePropagation();
  else if (data.height) sized.add(source);
}, true);

let mirrors = [];  // of the preview's frame, as it was loaded last

class Mirror {
  #window; #set; #video = null; #stream = null; #returned = false;

  constructor(window) {
    this.#window = window;
    const { prototype } = window.HTMLMediaElement;
    const { get, set } = Object.getOwnPropertyDescriptor(prototype, "srcObject");
    const mirror = this;
    this.#set = set;
    Object.defineProperty(prototype, "srcObject", {
      get,
      set(stream) { mirror.#attach(this, stream); },
      configurable: true,
    });
  }

  // Whether the server sends the picture back: what it sends is shown once it moves.
  show(returned) {
    if (returned === this.#returned) return;
    this.#returned = returned;
    this.#draw();
  }

  #attach(video, stream) {
    [this.#video, this.#stream] = [video, stream];
    this.#draw();
  }

  #draw() {
    const own = cameras(this.#window);
    if (!this.#video) return;
    if (!this.#stream || (!this.#returned && !own.length)) this.#set.call(this.#video, this.#stream);
    else if (!this.#returned) this.#set.call(this.#video, new this.#window.MediaStream(own));
    else this.#whenItMoves();
  }

  #whenItMoves() {
    const [video, stream] = [this.#video, this.#stream];
    const trial = this.#window.document.createElement("video");
    this.#set.call(trial, stream);
    trial.muted = true;
    trial.play().catch(() => {});
    trial.requestVideoFrameCallback(() => {
      this.#set.call(trial, null);
      if (this.#returned && stream === this.#stream) this.#set.call(video, stream);
    });
  }
}

function share(devices) {
  const ask = devices.getUserMedia.bind(devices);
  let asked = null;
  async function getUserMedia(constraints) {
    // After a direct call the camera is still on there (components/direct), and is handed over.
    const stream = await (window.parleyOwn?.lend(constraints) ?? ask(constraints)).catch((error) => {
      window.parleyRefused = error.name;
      throw error;
    });
    delete window.parleyRefused;
    for (const track of stream.getTracks()) {
      track.enabled = !isOff(track.kind);
      given[track.kind] = track;
    }
    return stream;
  }
  devices.getUserMedia = (constraints) => asked ??= getUserMedia(constraints).finally(() => { asked = null; });
}

let call = null, given = {};  // the tracks of the preview's last connection, also when they have ended

function isOff(kind) {
  const track = window.parleyOwn?.tracks[kind] ?? given[kind];
  return track ? !track.enabled : (sessionStorage.getItem(OFF) ?? "").includes(kind);
}

function forget(room) {
  if (room === "") sessionStorage.removeItem(OFF);
  if (room === "" && call) given = {};
  call = room;
}

window.addEventListener("pagehide", () => {
  if (call) sessionStorage.setItem(OFF, ["audio", "video"].filter(isOff));
});

function find(selector) {
  return document.querySelector(selector)?.contentWindow;
}

async function present(selector) {
  for (;;) {
    const window = find(selector);
    if (window?.document.getElementById("root")) return window;
    await pause(LOOK_EVERY);
  }
}

function latest(RTCPeerConnection) {
  return class LatestPeerConnection extends RTCPeerConnection {
    static last = null;
    #offered = 0;  // when, in ms since the epoch
    #backAt = 0;

    constructor(...options) {
      super(...options);
      window.addEventListener("parley-back", this.#onBack);
    }

    addEventListener(type, listener, ...options) {
      const late = (event) => { if (this.#offered) listener(event); };
      const patient = (event) => { if (this.connectionState === "disconnected") this.#recover(); else listener(event); };
      super.addEventListener(type, { icecandidate: late, connectionstatechange: patient }[type] ?? listener, ...options);
    }

    async #recover() {
      if (Date.now() - this.#backAt > DOUBTED_FOR) await pause(RECOVER_WITHIN);
      if (!window.parleyLost) this.#beginAnew("disconnected");  // else the line's return is waited for
    }

    #onBack = async () => {
      this.#backAt = Date.now();
      if (this.#backAt - this.#offered > RECOVER_WITHIN) this.#beginAnew("new", "connecting");  // offered without a network
      await pause(RETURN_WITHIN);
      this.#beginAnew("disconnected");
    };

    // The library begins the next one when it hears that this one is closed.
    #beginAnew(...states) {
      if (!this.#offered || !states.includes(this.connectionState)) return;
      this.close();
      this.dispatchEvent(new Event("connectionstatechange"));
    }

    close() {
      window.removeEventListener("parley-back", this.#onBack);
      super.close();
    }

    createOffer(...options) {
      LatestPeerConnection.last = this;
      return super.createOffer(...options);
    }

    async setLocalDescription(description) {
      await super.setLocalDescription(description);
      await Promise.race([gathered(this), pause(GATHER_WITHIN)]);
      if (this !== LatestPeerConnection.last) return this.#giveWay();
      this.#offered = Date.now();
    }

    async setRemoteDescription(answer) {
      if (this.signalingState !== "have-local-offer" || answer.offer !== origin(this.localDescription)) return;
      await super.setRemoteDescription({ type: answer.type, sdp: answer.sdp });
    }

    #giveWay() {
      const used = LatestPeerConnection.last.getSenders().map(({ track }) => track);
      this.getSenders().forEach(({ track }) => { if (!used.includes(track)) track?.stop(); });
      this.close();
      return new Promise(() => {});  // whoever waits for this offer waits for ever
    }
  };
}

// The line that names a session description (RFC 8866, section 5.2); components/webrtc.py has the answer say the offer's.
function origin({ sdp }) {
  return sdp.match(/^o=.*$/m)?.[0].trim();
}

function gathered(connection) {
  return new Promise((resolve) => {
    const look = () => { if (connection.iceGatheringState === "complete") resolve(); };
    connection.addEventListener("icegatheringstatechange", look);
    look();
  });
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

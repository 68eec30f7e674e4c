// What a direct call looks like: the other person large, oneself small, and the buttons.

const STAGE = ".st-key-stage iframe", HANG_UP = ".st-key-hang-up button";
const MEASURE_EVERY = 2_000;  // ms

const picture = {
  root: null, other: null, self: null, timer: null,

  // Streamlit may draw the elements anew, on another page say: what plays goes on in the new ones.
  bind(root) {
    if (root === this.root) return;
    const before = { stream: this.other?.srcObject ?? null, shown: this.shown };
    this.root = root;
    this.other = root.querySelector(".direct-other");
    this.self = root.querySelector(".direct-self");
    for (const event of ["loadeddata", "resize"]) this.other.addEventListener(event, () => look());
    const does = {
      audio: () => own.toggle("audio"), video: () => own.toggle("video"), screen: () => own.share(),
      pip: () => pictureInPicture(), full: () => fullScreen(), end: () => document.querySelector(HANG_UP)?.click(),
    };
    for (const [name, act] of Object.entries(does)) this.button(name).onclick = () => act()?.catch?.((error) => this.say(trouble(error)));
    for (const select of root.querySelectorAll("select")) {
      select.onchange = () => own.choose(select.dataset.kind, select.value).catch((error) => this.say(trouble(error)));
    }
    root.querySelector(".direct-devices").ontoggle = () => this.offerDevices();
    document.onfullscreenchange = () => this.draw();
    if (before.stream) this.watch(before.stream);
    if (before.shown) this.show(true);
  },

  button(name) {
    return this.root.querySelector(`[data-does=${name}]`);
  },

  get shown() {
    return this.root?.hasAttribute("data-shown") ?? false;
  },

  watch(stream) {
    this.other.srcObject = stream;
    this.self.srcObject = own.stream;
    if (stream) for (const video of [this.other, this.self]) video.play().catch(() => {});
  },

  // Only one of the two paths is seen and heard at any moment.
  show(shown) {
    this.root.toggleAttribute("data-shown", shown);
    this.root.inert = !shown;
    this.other.muted = !shown;
    this.hush();
    clearInterval(this.timer);
    if (shown) {
      this.timer = setInterval(() => this.measure(), MEASURE_EVERY);
      setTimeout(() => this.measure(), 500);
    } else {
      this.say("");
      this.root.querySelectorAll("details").forEach((details) => { details.open = false; });
      if (document.fullscreenElement === this.root) document.exitFullscreen();
      if (document.pictureInPictureElement === this.other) document.exitPictureInPicture();
    }
    this.draw();
  },

  hush() {
    const stage = stageVideo();
    if (stage) stage.muted = this.shown;
  },

  draw() {
    if (!this.root) return;
    const full = document.fullscreenElement === this.root;
    label(this.button("audio"), ...(own.on("audio") ? ["mic", "Mute microphone"] : ["mic_off", "Unmute microphone"]));
    label(this.button("video"), ...(own.on("video") ? ["videocam", "Turn camera off"] : ["videocam_off", "Turn camera on"]));
    label(this.button("screen"), ...(own.screen ? ["stop_screen_share", "Stop sharing"] : ["screen_share", "Share screen"]));
    label(this.button("pip"), "picture_in_picture_alt", "Picture-in-picture");
    label(this.button("full"), ...(full ? ["fullscreen_exit", "Leave full screen"] : ["fullscreen", "Full screen"]));
    label(this.button("end"), "call_end", "Hang up");
    this.button("screen").hidden = !navigator.mediaDevices?.getDisplayMedia;
    this.button("pip").hidden = !document.pictureInPictureEnabled;
    this.button("full").hidden = !this.root.requestFullscreen;
    this.button("end").hidden = !full;  // else the page's own button is beside the picture
    this.self.toggleAttribute("data-off", !own.on("video"));
  },

  say(text) {
    this.root.querySelector(".direct-note").textContent = text;
  },

  async measure() {
    if (!current?.peer) return;
    const measured = await quality.measure(current.peer.connection);
    this.root.querySelector(".direct-quality span").textContent = quality.words(measured);
    this.root.querySelector(".direct-quality dl").replaceChildren(...quality.details(measured).flatMap(([term, said]) => [
      Object.assign(document.createElement("dt"), { textContent: term }),
      Object.assign(document.createElement("dd"), { textContent: said }),
    ]));
  },

  async offerDevices() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const select of this.root.querySelectorAll("select")) {
      const { kind } = select.dataset, used = own.tracks[kind]?.getSettings().deviceId;
      const options = devices.filter((device) => device.kind === `${kind}input`);
      select.replaceChildren(...options.map(({ deviceId, label }, i) => new Option(label || `Device ${i + 1}`, deviceId, false, deviceId === used)));
    }
  },
};

function label(button, icon, name) {
  if (button.ariaLabel === name) return;
  const sign = Object.assign(document.createElement("span"), { className: "direct-icon", textContent: icon, ariaHidden: "true" });
  button.replaceChildren(sign);
  button.ariaLabel = button.title = name;
}

function stageVideo() {
  return document.querySelector(STAGE)?.contentDocument?.querySelector("video") ?? null;
}

async function pictureInPicture() {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else await picture.other.requestPictureInPicture();
}

async function fullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await picture.root.requestFullscreen();
}

const TROUBLE = {
  NotAllowedError: "The browser did not allow it.",
  NotFoundError: "No such device was found.",
  NotReadableError: "The device is in use by another program.",
};

function trouble(error) {
  return TROUBLE[error.name] ?? `This did not work (${error.name}).`;
}

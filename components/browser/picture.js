// What a direct call looks like: the other person large, oneself small, and the buttons.

import { hangUp } from "./bar.js";
import { find } from "./find.js";
import { stageVideo } from "./frames.js";
import { own } from "./own.js";
import { details, measure, words } from "./quality.js";

const MEASURE_EVERY = 2_000;  // ms
const TROUBLE = /** @type {Record<string, string>} */ ({
  NotAllowedError: "The browser did not allow it.",
  NotFoundError: "No such device was found.",
  NotReadableError: "The device is in use by another program.",
});
/** @type {Record<string, () => void | Promise<void>>} */
const DOES = {
  audio: () => own.toggle("audio"),
  video: () => own.toggle("video"),
  screen: () => own.share(),
  pip: pictureInPicture,
  full: fullScreen,
  end: () => { hangUp(); },
};

/** @type {HTMLElement | null} */
let root = null;
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

export const picture = {
  /**
   * What is looked at.
   * @type {RTCPeerConnection | null}
   */
  connection: null,

  /** Called when there is more to be seen than before. */
  onplay() {},

  /**
   * Streamlit may draw the elements anew, on another page say: what plays goes on in the new ones.
   * @param {HTMLElement} element
   */
  bind(element) {
    if (element === root) return;
    const before = { stream: root && other().srcObject, shown: this.shown };
    root = element;
    for (const event of ["loadeddata", "resize"]) other().addEventListener(event, () => this.onplay());
    Object.entries(DOES).forEach(([what, act]) => { button(what).onclick = () => attempt(act); });
    for (const select of root.querySelectorAll("select")) {
      select.onchange = () => attempt(() => own.choose(kindOf(select), select.value));
    }
    find(root, ".direct-devices").ontoggle = offerDevices;
    document.onfullscreenchange = draw;
    if (before.stream) this.watch(before.stream);
    if (before.shown) this.show(true);
  },

  // Whether it is still part of the page.
  get drawn() {
    return root?.isConnected ?? false;
  },

  get shown() {
    return root?.hasAttribute("data-shown") ?? false;
  },

  get video() {
    return other();
  },

  /** @param {MediaProvider | null} stream of the other person */
  watch(stream) {
    other().srcObject = stream;
    self().srcObject = own.stream;
    if (stream) for (const video of [other(), self()]) video.play().catch(() => {});
  },

  /**
   * Only one of the two paths is seen and heard at any moment.
   * @param {boolean} shown
   */
  show(shown) {
    if (!root) return;
    root.toggleAttribute("data-shown", shown);
    root.inert = !shown;
    other().muted = !shown;
    this.hush();
    clearInterval(timer);
    if (shown) {
      timer = setInterval(write, MEASURE_EVERY);
      setTimeout(write, 500);
    } else {
      this.say("");
      leave(root);
    }
    draw();
  },

  hush() {
    const stage = stageVideo();
    if (stage) stage.muted = this.shown;
  },

  /** @param {string} text */
  say,
};

/** @param {HTMLElement} element */
function leave(element) {
  element.querySelectorAll("details").forEach((each) => { each.open = false; });
  if (document.fullscreenElement === element) document.exitFullscreen();
  if (document.pictureInPictureElement === other()) document.exitPictureInPicture();
}

function draw() {
  if (!root) return;
  const full = document.fullscreenElement === root;
  name("audio", ...toggled(own.on("audio"), ["mic", "Mute microphone"], ["mic_off", "Unmute microphone"]));
  name("video", ...toggled(own.on("video"), ["videocam", "Turn camera off"], ["videocam_off", "Turn camera on"]));
  name("screen", ...toggled(own.screen !== null, ["stop_screen_share", "Stop sharing"], ["screen_share", "Share screen"]));
  name("pip", "picture_in_picture_alt", "Picture-in-picture");
  name("full", ...toggled(full, ["fullscreen_exit", "Leave full screen"], ["fullscreen", "Full screen"]));
  name("end", "call_end", "Hang up");
  button("screen").hidden = !("getDisplayMedia" in (navigator.mediaDevices ?? {}));
  button("pip").hidden = !document.pictureInPictureEnabled;
  button("full").hidden = !document.fullscreenEnabled;
  button("end").hidden = !full;  // else the page's own button is beside the picture
  self().toggleAttribute("data-off", !own.on("video"));
}

/**
 * @param {boolean} is
 * @param {[string, string]} on
 * @param {[string, string]} off
 */
function toggled(is, on, off) {
  return is ? on : off;
}

/**
 * @param {string} which
 * @param {string} icon
 * @param {string} label
 */
function name(which, icon, label) {
  const element = button(which);
  if (element.ariaLabel === label) return;
  const sign = document.createElement("span");
  element.replaceChildren(Object.assign(sign, { className: "direct-icon", textContent: icon, ariaHidden: "true" }));
  element.ariaLabel = element.title = label;
}

/** @param {string} text */
function say(text) {
  if (root) find(root, ".direct-note").textContent = text;
}

async function write() {
  if (!picture.connection || !root) return;
  const measured = await measure(picture.connection);
  find(root, ".direct-quality span").textContent = words(measured);
  find(root, ".direct-quality dl").replaceChildren(...details(measured).flatMap(([term, said]) => [
    Object.assign(document.createElement("dt"), { textContent: term }),
    Object.assign(document.createElement("dd"), { textContent: said }),
  ]));
}

async function offerDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const select of root?.querySelectorAll("select") ?? []) {
    const kind = kindOf(select), used = own.tracks[kind]?.getSettings().deviceId;
    const options = devices.filter((device) => device.kind === `${kind}input`);
    select.replaceChildren(...options.map(
      ({ deviceId, label }, i) => new Option(label || `Device ${i + 1}`, deviceId, false, deviceId === used),
    ));
  }
}

/** @param {() => void | Promise<void>} act */
async function attempt(act) {
  try {
    await act();
  } catch (error) {
    const { name: what } = /** @type {Error} */ (error);
    say(TROUBLE[what] ?? `This did not work (${what}).`);
  }
}

async function pictureInPicture() {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else await other().requestPictureInPicture();
}

async function fullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await root?.requestFullscreen();
}

/** @param {HTMLSelectElement} select */
function kindOf(select) {
  return /** @type {"audio" | "video"} */ (select.dataset.kind);
}

/** @param {string} which */
function button(which) {
  return /** @type {HTMLButtonElement} */ (root?.querySelector(`[data-does=${which}]`));
}

function other() {
  return /** @type {HTMLVideoElement} */ (root?.querySelector(".direct-other"));
}

function self() {
  return /** @type {HTMLVideoElement} */ (root?.querySelector(".direct-self"));
}

own.follow(draw);

// The bar: the buttons of a running call, on whichever page and path.

import { act } from "./acts.js";
import { find } from "./find.js";
import { LayoutMenu } from "./layout_menu.js";
import { closesAsMenu } from "./menus.js";
import { own } from "./own.js";
import { tellRefusal } from "./refusal.js";
import { largest } from "./tiles.js";
import { view } from "./view.js";

/**
 * What a run of the script says (components/bar): the code of the room, whether the page is another one, and whether there is
 * a camera or a microphone.
 * @typedef {{ room: string, docked: boolean, usable: boolean }} Data
 * @typedef {"audio" | "video"} Kind
 */

const SAID_FOR = 10_000;  // ms
const TROUBLE = /** @type {Record<string, string>} */ ({
  NotAllowedError: "The browser did not allow it.",
  NotFoundError: "No such device was found.",
  NotReadableError: "The device is in use by another program.",
});

/** @type {WeakMap<HTMLElement, Bar>} */
const drawn = new WeakMap();

/** @param {Component<Data>} component */
export default function show({ data, parentElement, setStateValue }) {
  const bar = drawn.get(parentElement) ?? new Bar(parentElement);
  drawn.set(parentElement, bar);
  return bar.follow(data, (kind) => setStateValue("start", { kind, at: Date.now() }));
}

class Bar {
  /** @type {Data} */
  #data = { room: "", docked: false, usable: true };
  /** @type {(kind: Kind) => void} */
  #start = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.bar = find(parent, ".bar");
    this.problem = find(parent, "p");
    this.layout = new LayoutMenu(find(parent, "fieldset"), this.problem);
    this.selects = /** @type {HTMLSelectElement[]} */ ([...parent.querySelectorAll(".bar-devices select")]);
    const does = /** @type {Record<string, () => void | Promise<void>>} */ ({
      audio: () => this.#toggle("audio"),
      video: () => this.#toggle("video"),
      screen: () => own.share(),
      pip: pictureInPicture,
      full: fullScreen,
      end: () => this.#hangUp(),
    });
    for (const [what, doing] of Object.entries(does)) this.#button(what).onclick = () => this.#attempt(doing);
    for (const select of this.selects) {
      select.onchange = () => this.#attempt(() => own.choose(/** @type {Kind} */ (select.dataset.kind), select.value));
    }
    for (const menu of parent.querySelectorAll("details")) closesAsMenu(menu);
    find(parent, ".bar-devices").addEventListener("toggle", () => this.#offerDevices());
  }

  /**
   * @param {Data} data
   * @param {(kind: Kind) => void} start
   */
  follow(data, start) {
    [this.#data, this.#start] = [data, start];
    const draw = () => this.draw(), stops = [own.follow(draw), view.follow(draw)];
    document.addEventListener("fullscreenchange", draw);
    this.#button("end").disabled = false;
    this.draw();
    return () => {
      stops.forEach((stop) => stop());
      document.removeEventListener("fullscreenchange", draw);
    };
  }

  draw() {
    const { docked, usable } = this.#data, shares = own.screen !== null;
    this.bar.classList.toggle("small", docked);
    this.#switches("audio", own.on("audio"), ["mic", "Mute"], ["mic_off", "Unmute"]);
    this.#switches("video", own.on("video"), ["videocam", "Turn off camera"], ["videocam_off", "Turn on camera"]);
    this.#switches("screen", !shares, ["screen_share", "Share screen"], ["stop_screen_share", "Stop sharing"]);
    const full = document.fullscreenElement !== null;
    this.#switches("full", !full, ["fullscreen", "Full screen"], ["fullscreen_exit", "Leave full screen"]);
    this.#name("pip", "picture_in_picture_alt", "Picture-in-picture");
    this.#name("end", "call_end", "Hang up");
    for (const kind of ["audio", "video"]) this.#button(kind).disabled = !usable;
    this.#button("screen").hidden = !own.mayShare || docked && !shares;
    this.#button("pip").hidden = !document.pictureInPictureEnabled;
    this.#button("full").hidden = !document.fullscreenEnabled;
    find(this.parent, ".bar-layout").hidden = (view.room?.people.length ?? 0) < 2;
    this.layout.draw();
  }

  /**
   * A button that does one of two things.
   * @param {string} which
   * @param {boolean} first
   * @param {[icon: string, label: string]} one
   * @param {[icon: string, label: string]} other
   */
  #switches(which, first, one, other) {
    this.#button(which).toggleAttribute("data-other", !first);
    this.#name(which, ...(first ? one : other));
  }

  /**
   * @param {string} which
   * @param {string} icon
   * @param {string} label
   */
  #name(which, icon, label) {
    const element = this.#button(which);
    if (element.ariaLabel === label) return;
    element.replaceChildren(Object.assign(document.createElement("i"), { textContent: icon, ariaHidden: "true" }));
    element.ariaLabel = element.title = label;
  }

  /**
   * A device that is not captured yet is turned on by a run of the script.
   * @param {Kind} kind
   */
  async #toggle(kind) {
    if (await own.toggle(kind)) return;
    own.turn(kind, true);
    this.#start(kind);
  }

  async #hangUp() {
    const button = this.#button("end");
    button.disabled = true;
    const answer = await act({ act: "put_down", room: this.#data.room });
    tellRefusal(this.problem, answer);
    button.disabled = answer.type === "done";  // the bar goes with the call
  }

  /** @param {() => void | Promise<void>} doing */
  async #attempt(doing) {
    tellRefusal(this.problem);
    try {
      await doing();
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      this.problem.textContent = TROUBLE[name] ?? `This did not work (${name}).`;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => { this.problem.textContent = ""; }, SAID_FOR);
    }
  }

  async #offerDevices() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const select of this.selects) {
      const { kind } = /** @type {{ kind: Kind }} */ (/** @type {unknown} */ (select.dataset));
      const used = own.captured(kind).find(({ readyState }) => readyState === "live")?.getSettings().deviceId;
      const options = devices.filter((device) => device.kind === `${kind}input`);
      select.replaceChildren(...options.map(
        ({ deviceId, label }, i) => new Option(label || `Device ${i + 1}`, deviceId, false, deviceId === used),
      ));
    }
  }

  /** @param {string} which */
  #button(which) {
    return /** @type {HTMLButtonElement} */ (find(this.parent, `[data-does=${which}]`));
  }
}

async function pictureInPicture() {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else await largest()?.requestPictureInPicture();
}

async function fullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.querySelector(".st-key-media")?.requestFullscreen();
}

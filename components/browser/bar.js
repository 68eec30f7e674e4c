// The bar: the buttons of a running call, on whichever page and path.

import { act } from "./acts.js";
import { offersDevices } from "./devices_menu.js";
import { find } from "./find.js";
import { LayoutMenu } from "./layout_menu.js";
import { closesAsMenu } from "./menus.js";
import { own } from "./own.js";
import { tellRefusal } from "./refusal.js";
import { largest } from "./tiles.js";
import { sharing } from "./sharing.js";
import { attempt } from "./trouble.js";
import { view } from "./view.js";

/**
 * What a run of the script says (components/bar): the code of the room, whether the page is another one, and whether there is
 * a camera or a microphone.
 * @typedef {{ room: string, docked: boolean, usable: boolean }} Data
 * @typedef {"audio" | "video"} Kind
 */

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

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.bar = find(parent, ".bar");
    this.problem = find(parent, "[role=alert]");
    this.layout = new LayoutMenu(find(parent, "fieldset"), this.problem);
    const does = /** @type {Record<string, () => void | Promise<void>>} */ ({
      audio: () => this.#toggle("audio"),
      video: () => this.#toggle("video"),
      screen: () => (sharing.stream ? sharing.end() : sharing.begin()),
      pip: pictureInPicture,
      full: fullScreen,
      end: () => this.#hangUp(),
    });
    for (const [what, doing] of Object.entries(does)) this.#button(what).onclick = () => attempt(this.problem, doing);
    const menu = (/** @type {string} */ name) => /** @type {HTMLDetailsElement} */ (find(parent, name));
    closesAsMenu(menu(".bar-layout"));
    offersDevices(menu(".bar-devices"), (doing) => attempt(this.problem, doing));
  }

  /**
   * @param {Data} data
   * @param {(kind: Kind) => void} start
   */
  follow(data, start) {
    [this.#data, this.#start] = [data, start];
    const draw = () => this.draw(), stops = [own, sharing, view].map((each) => each.follow(draw));
    document.addEventListener("fullscreenchange", draw);
    this.#button("end").disabled = false;
    this.draw();
    return () => {
      stops.forEach((stop) => stop());
      document.removeEventListener("fullscreenchange", draw);
    };
  }

  draw() {
    const { docked, usable } = this.#data, shares = sharing.stream !== null;
    this.bar.classList.toggle("small", docked);
    find(this.parent, ".bar-sharing").hidden = !shares;
    if (sharing.why) this.problem.textContent = sharing.why;
    this.#switches("audio", own.on("audio"), ["mic", "Mute"], ["mic_off", "Unmute"]);
    this.#switches("video", own.on("video"), ["videocam", "Turn off camera"], ["videocam_off", "Turn on camera"]);
    this.#switches("screen", !shares, ["screen_share", "Share screen"], ["stop_screen_share", "Stop sharing"]);
    const full = document.fullscreenElement !== null;
    this.#switches("full", !full, ["fullscreen", "Full screen"], ["fullscreen_exit", "Leave full screen"]);
    this.#name("pip", "picture_in_picture_alt", "Picture-in-picture");
    this.#name("end", "call_end", "Hang up");
    for (const kind of ["audio", "video"]) this.#button(kind).disabled = !usable;
    this.#button("screen").hidden = !sharing.possible || docked && !shares;
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
    own.switch(kind, true);
    this.#start(kind);
  }

  async #hangUp() {
    const button = this.#button("end");
    button.disabled = true;
    const answer = await act({ act: "put_down", room: this.#data.room });
    tellRefusal(this.problem, answer);
    button.disabled = answer.type === "done";  // the bar goes with the call
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

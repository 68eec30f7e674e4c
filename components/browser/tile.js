// One tile of the stage: a person's picture, their name and what is to be known of them, and what this viewer alone may
// change of it.

import { titled } from "./arrangement.js";
import { loudspeaker } from "./loudspeaker.js";
import { closesAsMenu } from "./menus.js";
import { browserStorage } from "./storage.js";

/** @typedef {import("./arrangement.js").Placed} Placed */

const LOUDEST = 200;  // percent
const SWAP_WITHIN = 3_000;  // ms that the next stream may take to its first frame, before it takes the place of this one
const AGAIN_AFTER = 250;  // ms
const STANDS_AFTER = 5;  // looks without a new frame
const CORNER = "parley.corner";  // in the browser: where one's own small picture lies
const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"];

export class Tile {
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {ReturnType<typeof loudspeaker.amplify> | null} */
  #louder = null;
  #volume = 100;  // percent
  #muted = false;
  #unfollow;
  /** Whether it has shown no new frame for a while. */
  stands = false;
  #frames = 0;
  #still = 0;

  /**
   * @param {Placed} placed
   * @param {(pinned: Large | null) => void} pin
   */
  constructor({ tile, person, self }, pin) {
    this.self = self;
    this.shown = { id: tile.id, kind: tile.kind };
    this.pin = pin;
    this.element = Object.assign(document.createElement("figure"), { className: "tile" });
    Object.assign(this.element.dataset, { participant: person.name, kind: tile.kind });
    this.element.toggleAttribute("data-self", self);
    this.video = this.#picture();
    this.note = make("div", "tile-note");
    this.avatar = Object.assign(make("span", "tile-avatar"), { ariaHidden: "true", textContent: initials(person.name) });
    this.why = Object.assign(make("p", "tile-why"), { role: "status" });
    this.note.append(this.avatar, this.why);
    this.caption = make("figcaption", "tile-name");
    this.element.append(this.video, this.note, this.caption);
    if (self) this.#movesToCorners();
    else this.#hasMenu(titled(tile, person));
    this.#unfollow = loudspeaker.follow(() => this.#sound());
    this.#sound();
  }

  /**
   * @param {Placed} placed
   * @param {{ speaks: boolean, pinned: boolean, why: string }} more
   */
  draw({ tile, person, place }, { speaks, pinned, why }) {
    this.pinned = pinned;
    Object.assign(this.element.dataset, { place });
    this.element.toggleAttribute("data-speaks", speaks);
    this.element.toggleAttribute("data-off", why !== "");
    if (this.why.textContent !== why) this.why.textContent = why;
    const name = this.self ? `${person.name} (you)` : titled(tile, person);
    const marks = [person.microphone || tile.kind === "screen" ? "" : "mic_off"];
    if (this.#muted) marks.push("volume_off");
    write(this.caption, name, marks.filter(Boolean));
    if (this.pinButton) this.pinButton.textContent = pinned ? "Unpin" : "Pin";
  }

  /**
   * What is shown goes on until the next stream has a frame.
   * @param {MediaStream | null} stream
   */
  show(stream) {
    if (stream === this.#stream) return;
    const before = this.#stream;
    this.#stream = stream;
    this.#louder?.stop();
    this.#louder = null;
    if (before && stream) this.#swap(stream);
    else this.video.srcObject = stream;
    if (!stream) this.element.removeAttribute("data-plays");
    this.play();
    this.#sound();
  }

  /** @param {MediaStream} stream */
  #swap(stream) {
    const next = this.#picture();
    const swap = () => {
      clearTimeout(late);
      if (this.video === next) return;
      if (this.#stream !== stream) next.srcObject = null;
      if (!next.srcObject) return;
      this.video.srcObject = null;
      this.video.replaceWith(next);
      this.video = next;
      this.#sound();
      this.play();
    };
    const late = setTimeout(swap, SWAP_WITHIN);
    next.addEventListener("loadeddata", swap, { once: true });
    next.muted = true;
    next.srcObject = stream;
    next.play().catch(() => {});
  }

  #picture() {
    const video = Object.assign(document.createElement("video"), { autoplay: true, playsInline: true, muted: true });
    video.addEventListener("loadeddata", () => { this.element.toggleAttribute("data-plays", true); });
    video.addEventListener("pause", () => { setTimeout(() => this.play(), AGAIN_AFTER); });
    return video;
  }

  /**
   * Look whether there is a new frame.
   * @returns {boolean} whether that is another answer than before
   */
  look() {
    const frames = this.video.getVideoPlaybackQuality().totalVideoFrames, before = this.stands;
    this.#still = frames === this.#frames && this.#stream && !this.video.paused ? this.#still + 1 : 0;
    [this.#frames, this.stands] = [frames, this.#still >= STANDS_AFTER];
    return this.stands !== before;
  }

  // A picture that was moved in the page has stopped.
  play() {
    if (this.video.srcObject && this.video.paused) loudspeaker.play(this.video);
  }

  end() {
    this.#unfollow();
    this.show(null);
    this.element.remove();
  }

  #sound() {
    const silent = this.self || this.#muted || loudspeaker.blocked, times = this.#volume / 100;
    this.#amplify(silent ? 0 : times);
    this.video.muted = silent || this.#louder !== null;
    this.video.volume = Math.min(times, 1);
    this.play();
  }

  /** @param {number} times */
  #amplify(times) {
    if (times > 1 && this.#stream) {
      this.#louder ??= loudspeaker.amplify(this.#stream, times);
      this.#louder.gain.gain.value = times;
    } else {
      this.#louder?.stop();
      this.#louder = null;
    }
  }

  /** @param {string} name */
  #hasMenu(name) {
    const menu = /** @type {HTMLDetailsElement} */ (make("details", "tile-menu"));
    const summary = make("summary", "");
    Object.assign(summary, { ariaLabel: `More for ${name}`, title: `More for ${name}`, textContent: "more_vert" });
    const list = make("div", "tile-choices");
    this.pinButton = choice("Pin", () => { menu.open = false; this.pin(this.pinned ? null : this.shown); });
    const mute = choice("Mute for me", () => {
      this.#muted = !this.#muted;
      mute.textContent = this.#muted ? "Unmute for me" : "Mute for me";
      this.caption.toggleAttribute("data-muted", this.#muted);
      this.#sound();
    });
    const volume = Object.assign(document.createElement("input"), { type: "range", min: "0", max: String(LOUDEST), step: "5" });
    volume.value = String(this.#volume);
    volume.setAttribute("aria-label", `Volume of ${name}`);
    volume.oninput = () => { this.#volume = Number(volume.value); this.#sound(); };
    const label = make("label", "");
    label.append("Volume", volume);
    list.append(this.pinButton, label, mute);
    menu.append(summary, list);
    menu.addEventListener("toggle", () => this.#opensInwards(menu));
    closesAsMenu(menu);
    this.element.append(menu);
  }

  /**
   * Away from the nearer edges of the stage.
   * @param {HTMLElement} menu
   */
  #opensInwards(menu) {
    const at = menu.getBoundingClientRect(), stage = this.element.parentElement?.getBoundingClientRect();
    if (!stage) return;
    menu.toggleAttribute("data-up", at.y > stage.y + stage.height / 2);
    menu.toggleAttribute("data-right", at.x < stage.x + stage.width / 2);
  }

  // One's own small picture lies in any corner of the stage: it is dragged there, or moved by the arrow keys.
  #movesToCorners() {
    const { element } = this;
    element.dataset.corner = browserStorage.getItem(CORNER) ?? "bottom-right";
    element.tabIndex = 0;
    element.setAttribute("aria-label", "Your own picture: the arrow keys move it to another corner");
    element.addEventListener("keydown", ({ key }) => this.#step(key));
    element.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  /** @param {string} key */
  #step(key) {
    const side = /^Arrow(Up|Down|Left|Right)$/.exec(key)?.[1]?.toLowerCase();
    if (!side) return;
    const [vertical, horizontal] = (this.element.dataset.corner ?? "").split("-");
    const level = { up: "top", down: "bottom" }[side];
    this.#rest(level ? `${level}-${horizontal}` : `${vertical}-${side}`);
  }

  /** @param {string} corner */
  #rest(corner) {
    if (!CORNERS.includes(corner)) return;
    this.element.dataset.corner = corner;
    browserStorage.setItem(CORNER, corner);
  }

  /** @param {PointerEvent} event */
  #drag({ pointerId, clientX, clientY }) {
    const { element } = this;
    if (element.dataset.place !== "corner") return;
    element.setPointerCapture(pointerId);
    const move = (/** @type {PointerEvent} */ at) => {
      element.style.translate = `${at.clientX - clientX}px ${at.clientY - clientY}px`;
    };
    const drop = (/** @type {PointerEvent} */ at) => {
      element.removeEventListener("pointermove", move);
      element.style.translate = "";
      const { x, y, width, height } = /** @type {HTMLElement} */ (element.parentElement).getBoundingClientRect();
      const moved = Math.hypot(at.clientX - clientX, at.clientY - clientY) > 10;
      const vertical = at.clientY < y + height / 2 ? "top" : "bottom";
      if (moved) this.#rest(`${vertical}-${at.clientX < x + width / 2 ? "left" : "right"}`);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", drop, { once: true });
    element.addEventListener("pointercancel", () => { element.removeEventListener("pointermove", move); }, { once: true });
  }
}

/**
 * @param {string} name
 * @param {string} className
 */
function make(name, className) {
  return Object.assign(document.createElement(name), { className });
}

/**
 * @param {string} label
 * @param {() => void} act
 */
function choice(label, act) {
  return Object.assign(document.createElement("button"), { type: "button", textContent: label, onclick: act });
}

/**
 * @param {HTMLElement} caption
 * @param {string} name
 * @param {string[]} icons
 */
function write(caption, name, icons) {
  const as = JSON.stringify([name, icons]);
  if (caption.dataset.as === as) return;
  caption.dataset.as = as;
  const meant = { mic_off: "muted", volume_off: "muted for you" };
  caption.replaceChildren(name, ...icons.map((icon) => {
    const text = meant[/** @type {"mic_off"} */ (icon)];
    return Object.assign(document.createElement("i"), { textContent: icon, role: "img", ariaLabel: text, title: text });
  }));
}

/**
 * "Ada Lovelace" -> "AL".
 * @param {string} name
 */
function initials(name) {
  const words = name.split(/\s+/u).filter(Boolean), ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...(word ?? "")][0] ?? "").join("").toLocaleUpperCase();
}

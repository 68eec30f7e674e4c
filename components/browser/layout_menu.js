// What the stage shows: who speaks, everybody, or one person. It changes by itself when a third person comes, and when the
// pinned one goes.

import { act } from "./acts.js";
import { titled } from "./arrangement.js";
import { tellRefusal } from "./refusal.js";
import { view } from "./view.js";

/** @typedef {Room["layout"]} Layout */

export class LayoutMenu {
  /**
   * @param {HTMLElement} choice
   * @param {HTMLElement} problem is where a refusal is told
   */
  constructor(choice, problem) {
    this.problem = problem;
    this.pinned = /** @type {HTMLSelectElement} */ (choice.querySelector("select"));
    this.radios = [.../** @type {NodeListOf<HTMLInputElement>} */ (choice.querySelectorAll("input"))];
    this.radios.forEach((radio) => { radio.onchange = () => this.choose(/** @type {Layout} */ (radio.value)); });
    this.pinned.onchange = () => this.choose("pin", JSON.parse(this.pinned.value));
  }

  draw() {
    const { room } = view;
    if (!room) return;
    this.radios.forEach((radio) => { radio.checked = radio.value === room.layout; });
    this.pinned.hidden = room.layout !== "pin";
    const options = room.tiles.flatMap((tile) => optionFor(tile, room.people));
    if (as(options) !== as(this.pinned.options)) this.pinned.replaceChildren(...options);  // an open list would close
    this.pinned.value = valueOf(room.shown);
  }

  /**
   * @param {Layout} layout
   * @param {Large | null} [tile] is to be large all the time
   */
  async choose(layout, tile = null) {
    const pinned = layout === "pin" ? tile ?? view.room?.shown ?? null : null;
    tellRefusal(this.problem);
    tellRefusal(this.problem, await act({ act: "layout", layout, pinned }));
    this.draw();
  }
}

/**
 * @param {Shown} tile
 * @param {Member[]} people oneself first
 */
function optionFor(tile, [, ...others]) {
  const person = others.find(({ id }) => id === tile.id);
  return person ? new Option(titled(tile, person), valueOf(tile)) : [];
}

/** @param {Large | null} tile */
function valueOf(tile) {
  return tile ? JSON.stringify({ id: tile.id, kind: tile.kind }) : "";
}

/** @param {Iterable<HTMLOptionElement>} options */
function as(options) {
  return JSON.stringify([...options].map(({ value, text }) => [value, text]));
}

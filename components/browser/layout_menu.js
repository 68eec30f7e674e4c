// What the stage shows: who speaks, everybody, or one person. It changes by itself when a third person comes, and when the
// pinned one goes.

import { act } from "./acts.js";
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
    this.pinned.onchange = () => this.choose("pin", this.pinned.value);
  }

  draw() {
    const { room } = view, [, ...others] = room?.people ?? [];
    if (!room) return;
    this.radios.forEach((radio) => { radio.checked = radio.value === room.layout; });
    this.pinned.hidden = room.layout !== "pin";
    const options = others.map(({ id, name }) => new Option(name, id));
    if (as(options) !== as(this.pinned.options)) this.pinned.replaceChildren(...options);  // an open list would close
    this.pinned.value = room.shown ?? "";
  }

  /**
   * @param {Layout} layout
   * @param {string | null} [whom] is to be shown all the time
   */
  async choose(layout, whom = null) {
    const pinned = layout === "pin" ? whom ?? view.room?.shown ?? null : null;
    tellRefusal(this.problem);
    tellRefusal(this.problem, await act({ act: "layout", layout, pinned }));
    this.draw();
  }
}

/** @param {Iterable<HTMLOptionElement>} options */
function as(options) {
  return JSON.stringify([...options].map(({ value, text }) => [value, text]));
}

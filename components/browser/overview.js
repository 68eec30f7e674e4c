// What goes on in all of Parley, for a page that shows it: the server tells all of it, at most once a second.

import { followers } from "./followers.js";
import { view } from "./view.js";

const { tell, follow } = followers();

export const overview = {
  follow,

  /**
   * Null while nothing has been told.
   * @type {Overview | null}
   */
  told: null,

  /** @param {Overview} told */
  hear(told) {
    view.knows(told.now);
    this.told = told;
    tell();
  },

  forget() {
    this.told = null;
    tell();
  },
};

// Whether the server is within reach, as far as the line to /signal shows.

import { followers } from "./followers.js";

const { tell, follow } = followers();

export const reach = {
  /**
   * `hear` is called whenever the server is within reach again.
   */
  follow,

  lost: false,

  restore() {
    if (!this.lost) return;
    this.lost = false;
    tell();
  },
};

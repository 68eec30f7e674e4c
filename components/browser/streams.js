// Which stream a tile shows: of oneself the own picture, of the other one in a direct call what comes from their browser, and
// of everybody else what the server sends.

import { followers } from "./followers.js";
import { connectionOf, STAGE } from "./frames.js";
import { followConnections } from "./latest.js";
import { mirrored } from "./mirror.js";
import { own } from "./own.js";
import { slotStream } from "./slots.js";
import { view } from "./view.js";

const { tell, follow } = followers();

export const streams = {
  /**
   * `hear` is called when a tile may have another stream.
   */
  follow,

  /**
   * What comes from the other browser, while that is what is seen and heard.
   * @type {MediaStream | null}
   */
  direct: null,

  /** @param {MediaStream | null} stream a new object is shown from its beginning */
  showDirect(stream) {
    this.direct = stream;
    tell();
  },

  // What that comes by; null while there is none.
  get connection() {
    return this.direct ? own.peer?.connection ?? null : connectionOf(STAGE);
  },

  /** @param {Shown} tile */
  of({ id, slot }) {
    if (id === view.me?.id) return own.any ? own.stream : mirrored.stream;
    return this.direct ?? slotStream(slot);
  },
};

followConnections(tell);
mirrored.follow(tell);
own.follow(tell);

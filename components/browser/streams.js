// Which stream a tile shows: of oneself the own picture, of the other one in a direct call what comes from their browser, and
// of everybody else what the server sends.

import { followers } from "./followers.js";
import { connectionOf, STAGE } from "./frames.js";
import { followConnections } from "./latest.js";
import { mirrored } from "./mirror.js";
import { outlets } from "./outlets.js";
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
   * @type {{ stream: MediaStream, screen: MediaStream } | null}
   */
  direct: null,

  /** @param {{ stream: MediaStream, screen: MediaStream } | null} shown new objects are shown from their beginning */
  showDirect(shown) {
    this.direct = shown;
    tell();
  },

  // What that comes by; null while there is none.
  get connection() {
    return this.direct ? outlets.peer?.connection ?? null : connectionOf(STAGE);
  },

  /** @param {Shown} tile */
  of({ id, kind, slot }) {
    if (id === view.me?.id) return this.ofSelf(kind);
    if (this.direct) return kind === "screen" ? this.direct.screen : this.direct.stream;
    return slotStream(slot);
  },

  /**
   * One's own screen is not shown to oneself: it would show itself, again and again.
   * @param {Shown["kind"]} kind
   */
  ofSelf(kind) {
    if (kind === "screen") return null;
    return (this.direct ? null : mirrored.stream) ?? own.stream;
  },
};

followConnections(tell);
mirrored.follow(tell);
own.follow(tell);

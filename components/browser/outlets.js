// Where what is captured and shared goes: into the connection to the server, and into one to the other browser.

import { followers } from "./followers.js";
import { previewConnected, previewSenders } from "./frames.js";
import { followConnections } from "./latest.js";
import { own } from "./own.js";
import { sharing } from "./sharing.js";

const { tell, follow } = followers();

export const outlets = {
  /**
   * `hear` is called when the others get something else, or by another way.
   */
  follow,

  /**
   * The connection to the other browser; null without one.
   * @type {import("./peer.js").Peer | null}
   */
  peer: null,
  /** Whether the other one gets it that way now. */
  direct: false,

  /** @param {import("./peer.js").Peer | null} peer */
  connect(peer) {
    this.peer = peer;
    this.feed();
  },

  /** @param {boolean} direct */
  go(direct) {
    this.direct = direct;
    tell();
  },

  // Give both connections what is to be sent now.
  feed() {
    const tracks = { microphone: own.tracks.audio, camera: own.tracks.video, screen: sharing.picture, sound: sharing.sound };
    for (const senders of [previewSenders(), this.peer?.senders]) {
      for (const [name, sender] of Object.entries(senders ?? {})) {
        const track = tracks[/** @type {import("./media_sections.js").Sent} */ (name)];
        if (sender.track !== track) sender.replaceTrack(track).catch(() => {});  // its connection has just been closed
      }
    }
    tell();
  },

  // What the others get of this person.
  get sent() {
    const carried = this.direct || previewConnected();
    return { camera: carried && own.on("video"), microphone: carried && own.on("audio"), screen: sharing.stream !== null };
  },
};

own.follow(() => outlets.feed());
sharing.follow(() => outlets.feed());
followConnections(() => outlets.feed());

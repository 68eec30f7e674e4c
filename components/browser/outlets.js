// Where what is captured and shared goes: into the connection to the server, and into one to the other browser.

import { followers } from "./followers.js";
import { previewConnected, previewSenders } from "./frames.js";
import { followConnections } from "./latest.js";
import { own } from "./own.js";
import { sharing } from "./sharing.js";
import { view } from "./view.js";

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

  // Give both connections what is to be sent now. To the server go the sizes of the camera's picture that are watched.
  feed() {
    const { layers = ["large"] } = view.me ?? {}, { audio, video } = own.tracks;
    const always = { microphone: audio, screen: sharing.picture, sound: sharing.sound };
    const large = layers.includes("large") ? video : null, small = layers.includes("small") ? video : null;
    put(previewSenders(), { ...always, camera: large, small });
    put(this.peer?.senders, { ...always, camera: video });
    tell();
  },

  // What the others get of this person.
  get sent() {
    const carried = this.direct || previewConnected();
    return { camera: carried && own.on("video"), microphone: carried && own.on("audio"), screen: sharing.stream !== null };
  },
};

/**
 * @param {Partial<import("./media_sections.js").Senders> | null | undefined} senders
 * @param {Partial<Record<import("./media_sections.js").Sent, MediaStreamTrack | null>>} tracks
 */
function put(senders, tracks) {
  for (const [name, track] of Object.entries(tracks)) {
    const sender = senders?.[/** @type {import("./media_sections.js").Sent} */ (name)];
    if (sender && sender.track !== track) sender.replaceTrack(track).catch(() => {});  // its connection has just been closed
  }
}

let watched = "";
view.follow(() => {
  if (view.me?.status === "IDLE") sharing.end();  // the call is over
  const layers = view.me?.layers.join() ?? "";
  if (layers !== watched) outlets.feed();
  watched = layers;
});
own.follow(() => outlets.feed());
sharing.follow(() => outlets.feed());
followConnections(() => outlets.feed());

// What Parley changes in the connections of streamlit-webrtc's front end.
// 1. Told to play, it may open several connections at once, and then mixes up their offers and answers. Here only the last
//    one makes an offer.
// 2. It reports its ICE candidates one by one, and each report is a run of the whole script that breaks off the one before.
//    Here the offer waits a moment for the candidates and carries them; only late ones are reported.
// 3. It gives a connection that has just begun the last answer that it was handed, which may be one to the connection before.
//    Here a connection takes the answer to its own offer, once, and no other.
// 4. It gives a connection up as soon as the network falters. Here one has time to come back by itself, which takes no new
//    negotiation; when the server can be reached again, one that has not come back, or was offered in vain, is begun anew.
// 5. It offers one picture and one sound. Here both connections have the media sections of media_sections.js, and the library
//    is handed nothing of what the stage receives: slots.js reads that.
// 6. When it stops, it stops all tracks that were sent. Here it finds no senders: the tracks are ours, and go on elsewhere.

import { followers } from "./followers.js";
import { reach } from "./reach.js";

const GATHER_WITHIN = 250;  // ms
const RECOVER_WITHIN = 4_000;  // ms; for a connection that falters while the server can be reached
const RETURN_WITHIN = 1_500;  // ms; for one that had no network, once the server can be reached again
const DOUBTED_FOR = 10_000;  // ms after that; one that falters only now goes by an address that is no more

const { tell, follow } = followers();

/**
 * `hear` is called whenever a connection comes up, falters or ends.
 */
export const followConnections = follow;

/**
 * The class in the place of a frame's own.
 * @param {typeof RTCPeerConnection} Connection
 * @param {import("./media_sections.js").Sections} [sections] that it offers beside what the library asks for
 */
export function latest(Connection, sections) {
  return class LatestPeerConnection extends Connection {
    /** @type {LatestPeerConnection | null} */
    static last = null;
    #offered = 0;  // when, in ms since the epoch
    #backAt = 0;
    #unfollow;

    /** @param {[RTCConfiguration?]} options */
    constructor(...options) {
      super(...options);
      this.#unfollow = reach.follow(() => this.#onBack());
      super.addEventListener("connectionstatechange", tell);
    }

    /**
     * @param {string} type
     * @param {any} listener
     * @param {any} [options]
     */
    addEventListener(type, listener, options) {
      if (sections?.hidden && type === "track") return;
      const late = (/** @type {Event} */ event) => { if (this.#offered) listener(event); };
      const patient = (/** @type {Event} */ event) => {
        if (this.connectionState === "disconnected") this.#recover();
        else listener(event);
      };
      const ours = type === "icecandidate" ? late : type === "connectionstatechange" ? patient : listener;
      super.addEventListener(type, ours, options);
    }

    /** @returns {RTCRtpSender[]} */
    getSenders() {
      return [];
    }

    async #recover() {
      if (Date.now() - this.#backAt > DOUBTED_FOR) await pause(RECOVER_WITHIN);
      if (!reach.lost) this.#beginAnew("disconnected");  // else the line's return is waited for
    }

    async #onBack() {
      this.#backAt = Date.now();
      if (this.#backAt - this.#offered > RECOVER_WITHIN) this.#beginAnew("new", "connecting");  // offered without a network
      await pause(RETURN_WITHIN);
      this.#beginAnew("disconnected");
    }

    /**
     * The library begins the next one when it hears that this one is closed.
     * @param {RTCPeerConnectionState[]} states
     */
    #beginAnew(...states) {
      if (!this.#offered || !states.includes(this.connectionState)) return;
      this.close();
      this.dispatchEvent(new Event("connectionstatechange"));
    }

    close() {
      this.#unfollow();
      super.close();
      tell();
    }

    /**
     * @param {any} [options]
     * @returns {Promise<any>}
     */
    createOffer(options) {
      LatestPeerConnection.last = this;
      sections?.add(this);
      tell();
      return super.createOffer(options);
    }

    /** @param {RTCLocalSessionDescriptionInit} [description] */
    async setLocalDescription(description) {
      await super.setLocalDescription(description);
      await Promise.race([gathered(this), pause(GATHER_WITHIN)]);
      if (this !== LatestPeerConnection.last) await this.#giveWay();
      this.#offered = Date.now();
    }

    /** @param {RTCSessionDescriptionInit & { offer?: string }} answer names its offer (components/webrtc.py) */
    async setRemoteDescription(answer) {
      if (this.signalingState !== "have-local-offer" || answer.offer !== origin(this.localDescription)) return;
      await super.setRemoteDescription({ type: answer.type, sdp: answer.sdp });
    }

    // The library waits for this offer, and is not to go on with it.
    #giveWay() {
      this.close();
      return new Promise(() => {});
    }
  };
}

/**
 * The line that names a session description (RFC 8866, section 5.2).
 * @param {RTCSessionDescription | null} description
 */
function origin(description) {
  return description?.sdp.match(/^o=.*$/m)?.[0].trim();
}

/** @param {RTCPeerConnection} connection */
function gathered(connection) {
  return /** @type {Promise<void>} */ (new Promise((resolve) => {
    const look = () => { if (connection.iceGatheringState === "complete") resolve(); };
    connection.addEventListener("icegatheringstatechange", look);
    look();
  }));
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

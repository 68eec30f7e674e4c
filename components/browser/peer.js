// One connection from browser to browser: "perfect negotiation" as W3C's WebRTC (section 10.7) and MDN describe it, with
// trickle ICE. Its media sections are there from the beginning, so a track that comes later, is exchanged or ends needs no new
// negotiation.

import { DIRECT, SENT } from "./media_sections.js";

const GATHER = 20;  // ms; candidates that are found within it go as one message

/**
 * @typedef {{ type: "offer" | "answer", sdp: string }} Description
 * @typedef {{ type: "candidate", candidates: RTCIceCandidateInit[] }} Candidates
 */

export class Peer {
  /** What the other one sends: camera and microphone, and the screen with its sound. */
  stream = new MediaStream();
  screen = new MediaStream();
  /** @type {Partial<import("./media_sections.js").Senders>} */
  senders = {};
  /** Called when the other one's offer has said what may be sent. */
  onadopt = () => {};
  #makingOffer = false;
  #ignored = false;
  /**
   * The offer that was taken last.
   * @type {string | null}
   */
  #offered = null;
  /**
   * Candidates that came before the description that they belong to.
   * @type {RTCIceCandidateInit[]}
   */
  #early = [];
  /** @type {RTCIceCandidateInit[]} */
  #found = [];
  #queue = Promise.resolve();

  /**
   * @param {{ configuration: RTCConfiguration, polite: boolean, send: (signal: Description | Candidates) => void,
   *   mayAnswer: Promise<void> }} options `send` takes a signal to the other browser; an answer waits for `mayAnswer`
   */
  constructor({ configuration, polite, send, mayAnswer }) {
    this.polite = polite;
    this.send = send;
    this.mayAnswer = mayAnswer;
    this.connection = new RTCPeerConnection(configuration);
    this.connection.onnegotiationneeded = () => this.#offer();
    this.connection.onicecandidate = ({ candidate }) => candidate && this.#trickle(candidate.toJSON());
    this.connection.ontrack = ({ track, transceiver }) => {
      const name = DIRECT[this.connection.getTransceivers().indexOf(transceiver)];
      (name === "screen" || name === "sound" ? this.screen : this.stream).addTrack(track);
    };
  }

  // Begin: what it is to send makes the connection ask for an offer.
  open() {
    for (const name of DIRECT) {
      this.senders[name] ??= this.connection.addTransceiver(SENT[name], { direction: "sendrecv" }).sender;
    }
  }

  /**
   * Signals of the other browser are taken one after the other.
   * @param {Description | Candidates} signal
   */
  hear(signal) {
    this.#queue = this.#queue.then(() => this.#take(signal)).catch((error) => {
      if (this.connection.signalingState !== "closed") console.warn("Parley: a signal was not usable", error);
    });
    return this.#queue;
  }

  close() {
    this.connection.onicecandidate = this.connection.onnegotiationneeded = this.connection.ontrack = null;
    this.connection.close();
  }

  async #offer() {
    try {
      this.#makingOffer = true;
      await this.connection.setLocalDescription();
      this.#describe();
    } catch (error) {
      if (this.connection.signalingState !== "closed") console.warn("Parley: no offer", error);
    } finally {
      this.#makingOffer = false;
    }
  }

  #describe() {
    const { type, sdp } = /** @type {Description} */ (this.connection.localDescription);
    this.send({ type, sdp });
  }

  /** @param {RTCIceCandidateInit} candidate */
  #trickle(candidate) {
    this.#found.push(candidate);
    if (this.#found.length > 1) return;
    setTimeout(() => this.send({ type: "candidate", candidates: this.#found.splice(0) }), GATHER);
  }

  /** @param {Description | Candidates} signal */
  async #take(signal) {
    if (signal.type === "candidate") await this.#reach(signal.candidates);
    else await this.#agree(signal);
  }

  /** @param {Description} description */
  async #agree({ type, sdp }) {
    const isOffer = type === "offer", stable = this.connection.signalingState === "stable";
    this.#ignored = isOffer && !this.polite && (this.#makingOffer || !stable);
    const known = isOffer ? this.#offered === sdp : stable;  // after a drop, the line may bring an offer again
    if (this.#ignored || known) return;
    await this.connection.setRemoteDescription({ type, sdp });  // this rolls an own offer back where two crossed
    await this.#reach(this.#early.splice(0));
    if (isOffer) await this.#answer(sdp);
  }

  /** @param {string} offer */
  async #answer(offer) {
    this.#offered = offer;
    await this.mayAnswer;
    this.#adopt();
    await this.connection.setLocalDescription();
    this.#describe();
  }

  // What the other one offers to receive is what is sent.
  #adopt() {
    this.connection.getTransceivers().forEach((transceiver, number) => {
      const name = DIRECT[number];
      transceiver.direction = "sendrecv";
      if (name) this.senders[name] ??= transceiver.sender;
    });
    this.onadopt();
  }

  /** @param {RTCIceCandidateInit[]} candidates */
  async #reach(candidates) {
    if (!this.connection.remoteDescription) {
      this.#early.push(...candidates);
      return;
    }
    for (const candidate of candidates) {
      await this.connection.addIceCandidate(candidate).catch((error) => { if (!this.#ignored) throw error; });
    }
  }
}

// One connection from browser to browser: "perfect negotiation" as W3C's WebRTC (section 10.7) and MDN describe it, with
// trickle ICE. It sends one sound and one picture from the beginning, so a track that comes later, is exchanged or ends
// needs no new negotiation. Nothing here knows Parley.

const GATHER = 20;  // ms; candidates that are found within it go as one message

class Peer {
  // `send` takes a signal to the other browser; `mayAnswer` is a promise that an answer waits for.
  constructor({ configuration, polite, send, mayAnswer }) {
    Object.assign(this, { polite, send, mayAnswer, makingOffer: false, early: [], found: [], queue: Promise.resolve() });
    this.stream = new MediaStream();
    this.senders = { audio: null, video: null };
    this.connection = new RTCPeerConnection(configuration);
    this.connection.onnegotiationneeded = () => this.offer();
    this.connection.onicecandidate = ({ candidate }) => candidate && this.trickle(candidate.toJSON());
    this.connection.ontrack = ({ track }) => this.stream.addTrack(track);
  }

  // Begin: what it is to send makes the connection ask for an offer.
  open() {
    for (const kind of ["audio", "video"]) {
      this.senders[kind] ??= this.connection.addTransceiver(kind, { direction: "sendrecv" }).sender;
    }
  }

  async offer() {
    try {
      this.makingOffer = true;
      await this.connection.setLocalDescription();
      this.describe();
    } catch (error) {
      if (this.connection.signalingState !== "closed") console.warn("Parley: no offer", error);
    } finally {
      this.makingOffer = false;
    }
  }

  describe() {
    const { type, sdp } = this.connection.localDescription;
    this.send({ type, sdp });
  }

  trickle(candidate) {
    this.found.push(candidate);
    if (this.found.length === 1) setTimeout(() => this.send({ type: "candidate", candidates: this.found.splice(0) }), GATHER);
  }

  // Signals of the other browser are taken one after the other.
  hear(signal) {
    this.queue = this.queue.then(() => this.take(signal)).catch((error) => {
      if (this.connection.signalingState !== "closed") console.warn("Parley: a signal was not usable", error);
    });
    return this.queue;
  }

  async take(signal) {
    if (signal.type === "candidate") await this.reach(signal.candidates);
    else await this.agree(signal);
  }

  async agree({ type, sdp }) {
    const { connection } = this, stable = connection.signalingState === "stable";
    const collision = type === "offer" && (this.makingOffer || !stable);
    this.ignored = collision && !this.polite;
    const known = type === "offer" ? this.offered === sdp : stable;  // after a drop, the line may bring an offer again
    if (this.ignored || known) return;
    if (type === "offer") this.offered = sdp;
    await connection.setRemoteDescription({ type, sdp });  // this rolls an own offer back where two crossed
    await this.reach(this.early.splice(0));
    if (type !== "offer") return;
    await this.mayAnswer;
    this.adopt();
    await connection.setLocalDescription();
    this.describe();
  }

  // What the other one offers to receive is what is sent.
  adopt() {
    for (const transceiver of this.connection.getTransceivers()) {
      const { kind } = transceiver.receiver.track;
      transceiver.direction = "sendrecv";
      this.senders[kind] ??= transceiver.sender;
    }
    this.onadopt?.();
  }

  // Candidates that come before the description that they belong to wait.
  async reach(candidates) {
    if (!this.connection.remoteDescription) {
      this.early.push(...candidates);
      return;
    }
    for (const candidate of candidates) {
      await this.connection.addIceCandidate(candidate).catch((error) => { if (!this.ignored) throw error; });
    }
  }

  close() {
    this.connection.onicecandidate = this.connection.onnegotiationneeded = this.connection.ontrack = null;
    this.connection.close();
  }
}

// The connections that the library makes in its frames: of several only the last offers, each takes the answer to its own
// offer, and one that falters has time.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { latest } from "../../components/browser/latest.js";
import { receiving, sending } from "../../components/browser/media_sections.js";
import { reach } from "../../components/browser/reach.js";

const sdp = (id) => `v=0\r\no=- ${id} 2 IN IP4 127.0.0.1\r\ns=-\r\n`;
let ids = 0;
const CODECS = { video: ["video/VP8", "video/rtx", "video/H264"], audio: ["audio/opus", "audio/G722"] };

class Connection extends EventTarget {
  connectionState = "new";
  signalingState = "stable";
  iceGatheringState = "complete";
  localDescription = null;
  #id = ids += 1;
  answers = [];

  createOffer() {
    return { type: "offer", sdp: sdp(this.#id) };
  }

  async setLocalDescription(description) {
    [this.localDescription, this.signalingState] = [description, "have-local-offer"];
  }

  async setRemoteDescription(answer) {
    this.answers.push(answer);
    this.signalingState = "stable";
  }

  close() {
    this.connectionState = "closed";
  }

  becomes(state) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

let Latest;

async function offering() {
  const connection = new Latest();
  await connection.setLocalDescription(connection.createOffer());
  return connection;
}

beforeEach(() => {
  mock.timers.reset();
  Latest = latest(Connection);
  reach.lost = false;
});

async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await new Promise(setImmediate);
}

test("of two, the one that offered first gives way", async () => {
  const [first, second] = [new Latest(), new Latest()];
  const [one, other] = [first.createOffer(), second.createOffer()];
  first.setLocalDescription(one);
  await second.setLocalDescription(other);
  await new Promise(setImmediate);
  assert.equal(first.connectionState, "closed");
  assert.equal(second.connectionState, "new");
});

test("it takes the answer to its own offer alone, and once", async () => {
  const connection = await offering();
  const mine = connection.localDescription.sdp.match(/^o=.*$/m)[0].trim();
  await connection.setRemoteDescription({ type: "answer", sdp: "other", offer: "o=- 0 2 IN IP4 127.0.0.1" });
  assert.deepEqual(connection.answers, []);
  for (let i = 0; i < 2; i += 1) await connection.setRemoteDescription({ type: "answer", sdp: "mine", offer: mine });
  assert.deepEqual(connection.answers, [{ type: "answer", sdp: "mine" }]);
});

test("one that falters has four seconds, and the library hears only of what is final", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const heard = [], connection = await offering();
  connection.addEventListener("connectionstatechange", () => heard.push(connection.connectionState));
  connection.becomes("connected");
  connection.becomes("disconnected");
  await pass(3_900);
  assert.deepEqual(heard, ["connected"]);
  connection.becomes("connected");
  await pass(10_000);
  assert.deepEqual(heard, ["connected", "connected"]);
  connection.becomes("disconnected");
  await pass(4_000);
  assert.deepEqual(heard, ["connected", "connected", "closed"]);
});

test("without a network it waits until the server is within reach again", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const connection = await offering();
  connection.addEventListener("connectionstatechange", () => {});
  reach.lost = true;
  connection.becomes("disconnected");
  await pass(60_000);
  assert.equal(connection.connectionState, "disconnected");
  reach.restore();
  await pass(1_500);
  assert.equal(connection.connectionState, "closed");
});

test("one that was offered without a network is begun again at once", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const connection = await offering();
  reach.lost = true;
  await pass(5_000);
  reach.restore();
  await pass(0);
  assert.equal(connection.connectionState, "closed");
});

test("a candidate that the offer carries is not reported by itself", async () => {
  const connection = new Latest(), heard = [];
  connection.addEventListener("icecandidate", () => heard.push("candidate"));
  connection.dispatchEvent(new Event("icecandidate"));
  await connection.setLocalDescription(connection.createOffer());
  connection.dispatchEvent(new Event("icecandidate"));
  assert.deepEqual(heard, ["candidate"]);
});

function sectioned(sections) {
  globalThis.RTCRtpReceiver = { getCapabilities: (kind) => ({ codecs: CODECS[kind].map((mimeType) => ({ mimeType })) }) };
  const Sectioned = latest(class extends Connection {
    transceivers = [];
    getTransceivers() { return this.transceivers; }
    addTransceiver(kind, { direction, sendEncodings }) {
      const sender = { sendEncodings }, receiver = { track: { kind } };
      const made = { direction, sender, receiver, setCodecPreferences(codecs) { this.codecs = codecs; } };
      this.transceivers.push(made);
      return made;
    }
  }, sections);
  return new Sectioned();
}

const made = ({ transceivers }) => transceivers.map(({ receiver, direction }) => `${receiver.track.kind} ${direction}`);
const spoken = ({ receiver, codecs }) => `${receiver.track.kind}: ${codecs.map(({ mimeType }) => mimeType)}`;
const SPOKEN = new Set(["video: video/VP8,video/rtx", "audio: audio/opus"]);

test("the stage's connection offers a slot for each that may be shown, with the codecs that all speak", async () => {
  const connection = sectioned(receiving(3)), heard = [];
  connection.addEventListener("track", () => heard.push("track"));
  for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });  // the library's own
  connection.createOffer();
  assert.deepEqual(made(connection).toSorted(), [...Array(3).fill("audio recvonly"), ...Array(3).fill("video recvonly")]);
  assert.deepEqual(new Set(connection.transceivers.map(spoken)), SPOKEN);
  connection.dispatchEvent(new Event("track"));
  assert.deepEqual(heard, []);
});

test("the preview's connection offers all that a person may send, behind what the library asks for", async () => {
  const connection = sectioned(sending), heard = [];
  connection.addEventListener("track", () => heard.push("track"));
  connection.addTransceiver("video", { direction: "recvonly" });
  connection.createOffer();
  const all = ["video recvonly", "audio sendonly", ...Array(3).fill("video sendonly"), "audio sendonly"];
  assert.deepEqual(made(connection), all);
  assert.deepEqual(new Set(connection.transceivers.map(spoken)), SPOKEN);
  assert.deepEqual(Object.keys(connection.senders), ["microphone", "camera", "small", "screen", "sound"]);
  connection.dispatchEvent(new Event("track"));
  assert.deepEqual(heard, ["track"]);
});

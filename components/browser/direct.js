// A call from browser to browser. The server decides whether there is one, and tells both its id; this end makes the
// connection, shows it once there is a picture, and says so. Signals pass through the line to /signal.

import { previewConnected } from "./frames.js";
import { line } from "./line.js";
import { mail } from "./mail.js";
import { outlets } from "./outlets.js";
import { own } from "./own.js";
import { Peer } from "./peer.js";
import { Probe } from "./probe.js";
import { slotStream } from "./slots.js";
import { browserStorage, tabStorage } from "./storage.js";
import { streams } from "./streams.js";
import { view } from "./view.js";

const LOOK_EVERY = 100, GONE_AFTER = 1_000;  // ms
const SHOW_WITHOUT = 3_000;  // ms; connected for so long, it is shown also without a picture
const SEND_WITHIN = 5_000;      // ms that one's own camera and microphone are waited for
const RECOVER_AFTER = 1_000;  // ms; a connection that is disturbed for so long is restarted
const LAND_WITHIN = 10_000;     // ms; longer than that nobody waits for the server's picture
const STARTED = "parley.direct";  // in the tab: the connection that this page has begun
const PREFER = "parley.prefer-direct";  // in the browser: what this person prefers

/**
 * What a run of the script says (components/direct): `call` is the id of the connection, null where there is to be none.
 * @typedef {{ prefer: boolean | null, sends: boolean, call: string | null, path?: string, room?: string,
 *   ringing?: boolean, offers?: boolean, polite?: boolean, iceServers?: RTCIceServer[],
 *   iceTransportPolicy?: RTCIceTransportPolicy, recoverWithin?: number }} Data
 *
 * @typedef {object} Call one connection, from its beginning to its end; times are ms since the epoch
 * @property {string} id
 * @property {Peer | null} peer
 * @property {() => void} accept lets an answer go
 * @property {(message: { type: string, [more: string]: unknown }) => void} send
 * @property {number} [connected]
 * @property {number} [shown]
 * @property {boolean} [up] the server has been told that it is shown
 * @property {Probe | null} arriving looks at what comes from the other browser
 * @property {{ at: number, probe: Probe }} [leaving] for the server's path
 * @property {boolean} [landed] there
 * @property {boolean} [released] the other one needs it no more
 * @property {{ at: number, restarted: boolean, told?: boolean }} [trouble]
 */

/** @type {Data} */
let data = { prefer: null, sends: false, call: null };
/** @type {(name: string, value: unknown) => void} */
let tell = () => {};
let asked = false;
/** @type {Call | null} */
let current = null;
/** @type {string | null} */
let over = null;
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
/** @type {HTMLElement | null} */
let element = null;

/** @param {Component<Data>} component */
export default function direct({ data: given, parentElement, setStateValue }) {
  data = given;
  tell = setStateValue;
  element = parentElement;
  prefer();
  follow();
  read();
  // Another tab may take this one's place: what is drawn no more is over. On another page it is drawn anew at once.
  return () => { setTimeout(() => { if (current && !element?.isConnected) end(); }, GONE_AFTER); };
}

/**
 * The person has accepted what rings for this room: the answer need not wait for the server.
 * @param {string} room
 */
export function accept(room) {
  if (room === data.room) current?.accept();
}

function prefer() {
  if (data.prefer !== null) browserStorage.setItem(PREFER, String(data.prefer));
  else if (!asked) tell("prefer", browserStorage.getItem(PREFER) === "true");
  asked = true;
}

function follow() {
  if (current && current.id !== data.call) end();
  if (!current && data.path === "direct") begin();
  if (current) obey(current);
}

/** @param {Call} call */
function obey(call) {
  if (!data.ringing || data.offers) call.accept();
  if (data.path === "server") call.leaving ??= { at: Date.now(), probe: new Probe() };
}

function read() {
  if (!current?.peer) return;
  for (const signal of mail.read(current.id)) {
    if (signal.type === "hangup") current.released = true;
    else current.peer.hear(/** @type {any} */ (signal));
  }
  look();
}

function begin() {
  if (!data.call || data.call === over) return;
  const call = connect(data.call);
  current = call;
  // After a reload the other browser still holds the connection that was this page's before: both begin again.
  if (!call.peer) return call.send({ type: "state", state: "restart" });
  call.arriving = new Probe(call.peer.stream);
  if (data.offers) call.peer.open();
  outlets.connect(call.peer);
  timer = setInterval(look, LOOK_EVERY);
}

/**
 * @param {string} id
 * @returns {Call}
 */
function connect(id) {
  const { iceServers, iceTransportPolicy, polite = false } = data;
  const send = (/** @type {{ type: string }} */ message) => mail.send({ ...message, call: id });
  if (tabStorage.getItem(STARTED) === id) return { id, peer: null, arriving: null, accept() {}, send };
  let accepted = () => {};
  const mayAnswer = /** @type {Promise<void>} */ (new Promise((resolve) => { accepted = resolve; }));
  const peer = new Peer({ configuration: { iceServers, iceTransportPolicy }, polite, send, mayAnswer });
  peer.onadopt = () => outlets.feed();
  for (const event of ["connectionstatechange", "iceconnectionstatechange"]) peer.connection.addEventListener(event, look);
  return {
    id, peer, send, arriving: null,
    accept() {
      tabStorage.setItem(STARTED, id);
      accepted();
    },
  };
}

function end() {
  clearInterval(timer);
  over = current?.id ?? null;
  if (current) close(current);
  current = null;
  outlets.connect(null);
  outlets.go(false);
  streams.showDirect(null);
}

/** @param {Call} call */
function close({ peer, arriving, leaving }) {
  peer?.close();
  arriving?.end();
  leaving?.probe.end();
}

// Looked at again and again, because much of it has no event of its own.
function look() {
  if (!current?.peer) return;
  if (current.shown) keep(current, current.peer);
  else if (!current.landed) arrive(current, current.peer);
  if (current.leaving) land(current, current.leaving);
}

/**
 * @param {Call} call
 * @param {Peer} peer
 */
function keep(call, peer) {
  if (!call.up) announce(call);
  if (call.leaving) return;
  recover(call, peer);
}

/** @returns {Member | null} */
function other() {
  return view.room?.people.find(({ id }) => id !== view.me?.id) ?? null;
}

/**
 * The new path is shown from its first frame on.
 * @param {Call} call
 * @param {Peer} peer
 */
function arrive(call, { connection, stream, screen }) {
  if (connection.connectionState !== "connected") return;
  call.connected ??= Date.now();
  const { plays, moves } = /** @type {Probe} */ (call.arriving);
  if (!(other()?.camera ? moves : plays) && Date.now() - call.connected < SHOW_WITHOUT) return;
  call.shown = Date.now();
  call.arriving?.end();
  streams.showDirect({ stream, screen });
  announce(call);
}

/**
 * Said once this end has what it is to send: then the preview, which that comes from, may rest.
 * @param {Call} call
 */
function announce(call) {
  if (data.sends && !own.any && Date.now() - (call.shown ?? 0) < SEND_WITHIN) return;
  call.up = true;
  outlets.go(true);
  call.send({ type: "state", state: "up" });
}

/**
 * The old path is left only when the server's has shown a frame, and closed only when that is so at both ends.
 * @param {Call} call
 * @param {NonNullable<Call["leaving"]>} leaving
 */
function land(call, leaving) {
  const late = Date.now() - leaving.at > LAND_WITHIN;
  if (!call.landed && (late || previewConnected() && isShown(leaving.probe))) {
    call.landed = true;
    outlets.go(false);
    leaving.probe.end();
    streams.showDirect(null);
    call.send({ type: "hangup" });
  }
  if (call.landed && (call.released || late)) end();
}

/**
 * Whether what the server sends of the other one is there.
 * @param {Probe} probe
 */
function isShown(probe) {
  const person = other(), tile = view.room?.tiles.find(({ id }) => id === person?.id);
  probe.watch(tile ? slotStream(tile.slot) : null);
  return person?.camera ? probe.moves : probe.plays;
}

/**
 * A network that has changed needs new candidates: an ICE restart. What does not come back is given up.
 * @param {Call} call
 * @param {Peer} peer
 */
function recover(call, { connection, stream, screen }) {
  const { trouble } = call;
  if (["connected", "completed"].includes(connection.iceConnectionState)) {
    // Chromium may decode what comes after the gap, and yet show none of it.
    if (trouble) streams.showDirect({ stream: copy(stream), screen: copy(screen) });
    delete call.trouble;
  } else if (!trouble) {
    call.trouble = { at: Date.now(), restarted: false };
    line.look();  // it may have gone the same way
  } else {
    mend(call, trouble, connection);
  }
}

/**
 * @param {Call} call
 * @param {NonNullable<Call["trouble"]>} trouble
 * @param {RTCPeerConnection} connection
 */
function mend(call, trouble, connection) {
  const lasts = Date.now() - trouble.at;
  if (lasts > (data.recoverWithin ?? 0) && !trouble.told) {
    trouble.told = true;
    call.send({ type: "state", state: "failed" });
  } else if (!trouble.restarted && (lasts > RECOVER_AFTER || connection.iceConnectionState === "failed")) {
    trouble.restarted = true;
    restart(connection);
  }
}

/** @param {MediaStream} stream */
function copy(stream) {
  return new MediaStream(stream.getTracks());
}

function backOnline() {
  if (current?.peer && current.shown && !current.leaving) restart(current.peer.connection);
}

/**
 * The credentials of TURN servers run out; the page has been given new ones meanwhile.
 * @param {RTCPeerConnection} connection
 */
function restart(connection) {
  const { iceServers, iceTransportPolicy } = data;
  try {
    if (iceServers) connection.setConfiguration({ iceServers, iceTransportPolicy });
  } catch (error) {
    console.warn("Parley: the ICE servers stay as they are.", error);
  }
  connection.restartIce();
}

mail.follow(read);
window.addEventListener("online", backOnline);

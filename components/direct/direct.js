// A call from browser to browser. The server decides whether there is one, and tells both its id; this end makes the
// connection, shows it once there is a picture, and says so. Signals pass through the doorbell's line to /signal.

const LOOK_EVERY = 100, GONE_AFTER = 1_000;  // ms
const SHOW_WITHOUT = 3_000;  // ms; connected for so long, it is shown also without a picture
const SEND_WITHIN = 5_000;      // ms that one's own camera and microphone are waited for
const RECOVER_AFTER = 1_000;  // ms; a connection that is disturbed for so long is restarted
const LAND_WITHIN = 10_000;     // ms; longer than that nobody waits for the server's picture
const STARTED = "parley.direct";  // sessionStorage: the connection that this page has begun
const PREFER = "parley.prefer-direct";  // localStorage: what this person prefers

const mail = window.parleyMail ??= { inbox: [], outbox: [] };
let data = {}, tell = () => {}, told = "", asked = false;
let current = null, over = null, timer = null;

export default function direct({ data: given, parentElement, setStateValue }) {
  data = given;
  tell = setStateValue;
  own.ask(data.camera);
  picture.bind(parentElement.querySelector(".parley-direct"));
  prefer();
  follow();
  read();
  // Another tab may take this one's place: what is drawn no more is over. On another page it is drawn anew at once.
  return () => setTimeout(() => { if (current && !picture.root.isConnected) end(); }, GONE_AFTER);
}

function prefer() {
  if (data.prefer !== null) localStorage.setItem(PREFER, data.prefer);
  else if (!asked) tell("prefer", localStorage.getItem(PREFER) === "true");
  asked = true;
}

function follow() {
  if (current && current.id !== data.call) end();
  if (!current && data.call && data.path === "direct" && data.call !== over) begin();
  if (!current) return;
  if (!data.ringing || data.offers) current.accept();
  if (data.path === "server") current.leaving ??= { at: Date.now(), frames: null };
  if (picture.shown) picture.say(data.note);
}

function send(call, message) {
  mail.outbox.push({ ...message, call });
  window.dispatchEvent(new Event("parley-outbox"));
}

function read() {
  const mine = mail.inbox.filter(({ call }) => call === current?.id);
  mail.inbox = mail.inbox.filter(({ call }) => call !== current?.id);
  for (const signal of current?.peer ? mine : []) {
    if (signal.type === "hangup") current.released = true;
    else current.peer.hear(signal);
  }
  look();
}

function begin() {
  const { call: id, iceServers, iceTransportPolicy, polite } = data;
  current = { id, accept: () => {}, send: (message) => send(id, message) };
  // After a reload the other browser still holds the connection that was this page's before: both begin again.
  if (sessionStorage.getItem(STARTED) === id) return current.send({ type: "state", state: "restart" });
  const mayAnswer = new Promise((resolve) => {
    current.accept = () => { sessionStorage.setItem(STARTED, id); resolve(); };
  });
  const peer = new Peer({ configuration: { iceServers, iceTransportPolicy }, polite, send: current.send, mayAnswer });
  current.peer = peer;
  Object.assign(own, { peer, changed });
  peer.onadopt = () => own.feed();
  for (const event of ["connectionstatechange", "iceconnectionstatechange"]) peer.connection.addEventListener(event, look);
  own.borrow();
  picture.watch(peer.stream);
  if (data.offers) peer.open();
  own.feed();
  timer = setInterval(look, LOOK_EVERY);
}

function end() {
  clearInterval(timer);
  over = current.id;
  current.peer?.close();
  current = null;
  own.stop();
  picture.show(false);
  picture.watch(null);
}

function changed() {
  picture.draw();
  if (!current?.shown) return;
  const camera = own.on("video") || own.screen !== null, films = own.live("video");
  const state = { call: current.id, camera, microphone: own.on("audio"), films };
  if (JSON.stringify(state) !== told) tell("media", state);
  told = JSON.stringify(state);
}

// Looked at again and again, because much of it has no event of its own.
function look() {
  if (!current?.peer) return;
  if (!picture.shown && !current.landed) arrive();
  if (!own.complete) own.borrow();
  if (current.shown && !current.up) announce();
  if (picture.shown && !current.leaving) picture.hush();  // the server's may come up meanwhile, after a reload say
  if (current.leaving) land();
  else if (current.shown) recover();
}

// The new path is shown from its first frame on.
function arrive() {
  const { connection } = current.peer;
  if (connection.connectionState !== "connected") return;
  current.connected ??= Date.now();
  const { other } = picture, plays = other.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  const enough = data.otherCamera ? other.videoWidth > 0 : plays;
  if (!(plays && enough) && Date.now() - current.connected < SHOW_WITHOUT) return;
  current.shown = Date.now();
  picture.show(true);
  picture.say(data.note);
  announce();
}

// Said once this end has what it is to send: then the preview, which that comes from, may rest.
function announce() {
  if (data.sends && !own.any && Date.now() - current.shown < SEND_WITHIN) return;
  current.up = true;
  changed();
  current.send({ type: "state", state: "up" });
}

// The old path is left only when the server's has shown a frame, and closed only when that is so at both ends.
function land() {
  const stage = stageVideo(), { leaving } = current;
  const frames = stage?.srcObject && !stage.paused ? stage.getVideoPlaybackQuality().totalVideoFrames : null;
  const played = frames === null ? 0 : picture.other.videoWidth ? frames : stage.currentTime * 10;
  if (leaving.stage !== stage?.srcObject || played < leaving.frames) Object.assign(leaving, { stage: stage?.srcObject, frames: played });
  const late = Date.now() - leaving.at > LAND_WITHIN;
  if (!current.landed && (late || own.lent && frames !== null && played > leaving.frames + 1)) {
    current.landed = true;
    own.handOver();
    picture.show(false);
    current.send({ type: "hangup" });
  }
  if (current.landed && (current.released || late)) end();
}

// A network that has changed needs new candidates: an ICE restart. What does not come back is given up.
function recover() {
  const { peer: { connection, stream }, trouble } = current;
  if (["connected", "completed"].includes(connection.iceConnectionState)) {
    if (trouble) picture.watch(stream);  // Chromium may decode what comes after the gap, and yet show none of it
    delete current.trouble;
    return;
  }
  if (!trouble) {
    current.trouble = { at: Date.now(), restarted: false };
    window.dispatchEvent(new Event("parley-check"));  // the line may have gone the same way
  } else if (Date.now() - trouble.at > data.recoverWithin && !trouble.told) {
    trouble.told = true;
    current.send({ type: "state", state: "failed" });
  } else if (!trouble.restarted && (Date.now() - trouble.at > RECOVER_AFTER || connection.iceConnectionState === "failed")) {
    trouble.restarted = true;
    restart(connection);
  }
}

function backOnline() {
  if (current?.shown && !current.leaving) restart(current.peer.connection);
}

// The credentials of TURN servers run out; the page has been given new ones meanwhile.
function restart(connection) {
  const { iceServers, iceTransportPolicy } = data;
  try {
    if (iceServers) connection.setConfiguration({ iceServers, iceTransportPolicy });
  } catch (error) {
    console.warn("Parley: the ICE servers stay as they are.", error);
  }
  connection.restartIce();
}

window.addEventListener("parley-inbox", read);
window.addEventListener("parley-accept", ({ detail }) => { if (detail === data.room) current?.accept(); });
window.addEventListener("online", backOnline);

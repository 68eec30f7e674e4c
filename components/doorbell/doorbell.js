// Keeps the WebSocket to /signal and wakes this tab's session when something it can see has changed; remembers who this
// tab is. The protocol is in docs/protocol.md. One doorbell a page, so its state lives in this module.

const TOKEN = "parley.token";   // sessionStorage: this tab, across reloads
const NAME = "parley.name";     // sessionStorage: this tab's; localStorage: the last one in this browser, for a new tab
const SENDS = "parley.sends";   // sessionStorage: whether this tab's person has turned off the camera, or more
const PING_EVERY = 4_000, PONG_WITHIN = 6_000;
const PING_UNSEEN = 20_000;     // in a tab that nobody looks at: browsers hold back its timers
const CHECK_WITHIN = 2_000;     // for the answer to a ping where the network may have changed
const RETRY_FIRST = 500, RETRY_MOST = 4_000;
const RUN_WITHIN = 2_000;       // a wake-up that brought no new version by then was lost: ask again
const SETTLE_WITHIN = 50;       // for what a run has brought to reach this component, once it is over
const STREAM_WITHIN = 1_000;    // for Streamlit's own connection to say something, when the line works again
const LONG = 15_000;            // a page that waits for longer says so
const SERVICE_RESTART = 1012;   // of a line that is closed: the server stops (IANA, WebSocket Close Code Number Registry)
const AWAY = "The server cannot be reached. Trying again…";
const RESTARTS = "The server is being restarted. You will be back in the lobby in a moment.";

let data = {}, say = () => {}, alarm = null;
let greeted = null, greeting = null;

// What the browsers of a direct call (components/direct) say to each other passes through this line. It waits while the
// line is down, and while nobody has taken it; what the server has not answered is sent again on the next line.
const SIGNALS = ["offer", "answer", "candidate", "hangup"], KEEP = 100, RESEND = 30;
const mail = window.parleyMail ??= { inbox: [], outbox: [] };

export default function doorbell({ data: given, parentElement, setStateValue }) {
  data = given;
  say = setStateValue;
  alarm = parentElement.querySelector(".alarm");
  greet();
  if (data.heard) remember();
  patience.follow(parentElement.querySelector(".slow"));
  run.follow();
  line.follow();
  return () => line.close();
}

// Who this tab is

// Each session asks, also the one that a restarted server begins for a page that is open already. What is said while
// Streamlit has no connection is lost.
function greet() {
  if (!data.heard && greeted === data.session) return;
  clearTimeout(greeting);
  greeted = data.session;
  if (data.heard) return;
  say("hello", { session: data.session, token: sessionStorage.getItem(TOKEN), name: nameHere(), sends: sessionStorage.getItem(SENDS) });
  greeting = setTimeout(() => { greeted = null; greet(); }, RUN_WITHIN);
}

function nameHere() {
  return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
}

function remember() {
  if (data.token) {
    sessionStorage.setItem(TOKEN, data.token);
    for (const storage of [sessionStorage, localStorage]) storage.setItem(NAME, data.name);
  } else {
    sessionStorage.removeItem(TOKEN);
  }
  if (data.sends) sessionStorage.setItem(SENDS, data.sends);
  else sessionStorage.removeItem(SENDS);
}

// The line to the server. window.parleyLost is whether it is down, and "parley-back" the event that it is up again.

const line = {
  socket: null, greeting: null, newest: 0, retry: RETRY_FIRST, failures: 0, polling: false, asked: 0, timers: {}, sent: [],
  suspect: false,  // the last one did not answer
  answerBy: Infinity,  // when a ping must have been answered, in ms since the epoch
  promise: undefined,  // ms until this tab is heard again, as it has told the server

  follow() {
    const greeting = data.push && data.heard ? hello() : null;
    if (greeting !== this.greeting) {
      this.close();
      this.greeting = greeting;
      if (greeting) this.open();
    }
    if (data.version >= this.newest) this.asked = 0;
    this.catchUp();
  },

  open() {
    clearTimeout(this.timers.retry);
    const socket = new WebSocket(new URL("signal", document.baseURI.replace(/^http/, "ws")));
    this.socket = socket;
    socket.onopen = () => {
      socket.send(this.greeting);
      mail.outbox.unshift(...this.sent.splice(0).slice(-RESEND));
      this.post();
    };
    socket.onmessage = ({ data: text }) => this.hear(JSON.parse(text));
    socket.onclose = ({ code }) => { if (this.socket === socket) this.lost(code); };
    // Where packets vanish without a word, a handshake takes the browser minutes to give up.
    clearTimeout(this.timers.pong);
    this.timers.pong = setTimeout(() => {
      socket.onclose = null;
      socket.close();
      this.lost();
    }, PONG_WITHIN);
  },

  hear(message) {
    clearTimeout(this.timers.pong);
    this.answerBy = Infinity;
    if (message.type === "welcome" || message.type === "changed") this.newest = message.version;
    if (message.type === "welcome") this.healthy();
    if (message.type === "gone" || message.code === "unknown_token") this.becomeNobody();
    if (message.type === "ok" || message.type === "error") this.sent.shift();
    if (SIGNALS.includes(message.type)) this.deliver(message);
    this.catchUp();
  },

  // The session has to see it, too, and may not be connected yet: a server that was restarted knows neither of us.
  becomeNobody() {
    alarm.hidden = true;
    say("changed", `gone ${Date.now()}`);
    clearTimeout(this.timers.again);
    this.timers.again = setTimeout(() => this.becomeNobody(), RUN_WITHIN);
  },

  deliver(signal) {
    mail.inbox = [...mail.inbox, signal].slice(-KEEP);
    window.dispatchEvent(new Event("parley-inbox"));
  },

  post() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    for (const signal of mail.outbox.splice(0)) {
      this.sent.push(signal);
      this.socket.send(JSON.stringify(signal));
    }
  },

  healthy() {
    if (window.parleyLost) window.dispatchEvent(new Event("parley-back"));
    window.parleyLost = false;
    this.retry = RETRY_FIRST;
    this.failures = 0;
    alarm.hidden = true;
    if (this.polling) say("polling", this.polling = false);
    this.beat(PING_EVERY);
    if (this.suspect) stream.renewUnlessHeard();
    this.suspect = false;
  },

  // While somebody looks at this tab, it promises when it is heard again: the others are told soon when it is cut off. Where
  // timers are held back, as in a tab that nobody looks at, or while the page is being printed, it promises nothing.
  beat(within) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.promise = document.hidden ? undefined : within;
    clearInterval(this.timers.ping);
    this.timers.ping = setInterval(() => this.check(PONG_WITHIN), this.promise ?? PING_UNSEEN);
    this.check(PONG_WITHIN);
  },

  // A line whose network has gone says nothing: closing it would wait for an answer, too. So may Streamlit's connection be.
  check(within) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({ type: "ping", again: this.promise && this.promise / 1_000 }));
    const answerBy = Date.now() + within;
    if (answerBy >= this.answerBy) return;  // an earlier ping is waited for
    clearTimeout(this.timers.pong);
    this.answerBy = answerBy;
    this.timers.pong = setTimeout(() => {
      const { socket } = this;
      this.answerBy = Infinity;
      this.suspect = window.parleyLost = true;
      stream.ask();
      this.open();
      socket.close();
    }, within);
  },

  // The network may have changed.
  look() {
    const { socket } = this;
    if (!socket) return;
    if (socket.readyState === WebSocket.OPEN) return this.check(CHECK_WITHIN);
    this.open();
    socket.close();
  },

  // One wake-up at a time: what changes meanwhile is seen by the same run, or by one more. And none while the script runs
  // for another reason, as it does where this person made the change: that run may bring it.
  catchUp() {
    if (this.newest <= data.version || run.isOn() || Date.now() - this.asked < RUN_WITHIN) return;
    this.asked = Date.now();
    say("changed", this.newest);
    clearTimeout(this.timers.again);
    this.timers.again = setTimeout(() => this.catchUp(), RUN_WITHIN);
  },

  lost(code) {
    window.parleyLost = true;
    clearInterval(this.timers.ping);
    clearTimeout(this.timers.pong);
    this.answerBy = Infinity;
    this.failures += 1;
    if (this.failures > 1 && !this.polling) say("polling", this.polling = true);
    if (code === SERVICE_RESTART) warn(RESTARTS);
    else serves().then((up) => {
      if (up) alarm.hidden = true;
      else if (window.parleyLost && alarm.hidden) warn(AWAY);
    });
    this.timers.retry = setTimeout(() => this.open(), this.retry);
    this.retry = Math.min(2 * this.retry, RETRY_MOST);
  },

  close() {
    const { socket } = this;
    this.socket = null;
    if (window.parleyLost) window.dispatchEvent(new Event("parley-back"));
    window.parleyLost = false;
    if (alarm) alarm.hidden = true;
    Object.values(this.timers).forEach(clearTimeout);
    socket?.close();
    Object.assign(this, { answerBy: Infinity, greeting: null, newest: 0, retry: RETRY_FIRST, failures: 0, asked: 0, sent: [] });
  },
};

function warn(text) {
  alarm.textContent = text;
  alarm.hidden = false;
}

// Whoever is nobody here may look on, where there is something to see.
function hello() {
  if (data.token) return JSON.stringify({ type: "hello", token: data.token });
  return data.watches ? JSON.stringify({ type: "watch" }) : null;
}

// The runs of the script and the connection that they are drawn over, as Streamlit writes them on the page. Where it does
// not, none is seen.
const run = {
  app: null, connected: true, changes: new MutationObserver(() => run.look()),

  isOn() {
    return ["running", "rerunRequested"].includes(this.app?.dataset.testScriptState);
  },

  follow() {
    const app = document.querySelector("[data-testid=stApp]");
    if (app === this.app) return;
    this.app = app;
    this.changes.disconnect();
    if (app) this.changes.observe(app, { attributeFilter: ["data-test-script-state", "data-test-connection-state"] });
  },

  // With a connection that has gone, the session lets go of the seat. It takes it again in its next run, and Streamlit asks
  // for none where no run was broken off.
  look() {
    const connected = this.app.dataset.testConnectionState === "CONNECTED";
    if (connected && !this.connected) stream.ask();
    this.connected = connected;
    setTimeout(() => line.catchUp(), SETTLE_WITHIN);
  },
};

window.addEventListener("parley-outbox", () => line.post());
for (const [where, event] of [[window, "parley-check"], [window, "online"], [navigator.connection, "change"]]) {
  where?.addEventListener(event, () => line.look());
}
document.addEventListener("visibilitychange", () => line.beat(PING_EVERY));
window.addEventListener("beforeprint", () => line.beat());
window.addEventListener("afterprint", () => line.beat(PING_EVERY));

// Streamlit's own connection goes the way that the line goes, and has nothing that notices when that has gone: every button
// would be dead for minutes, and the seat lost. So it is told that it is closed: then Streamlit makes another one, and the
// page stays as it is. (components/streamlit_frontend knows which it is.)

const stream = {
  asked: 0,

  // For a run, and so for a sign that it works.
  ask() {
    this.asked = Date.now();
    say("changed", `check ${this.asked}`);
  },

  renewUnlessHeard() {
    setTimeout(() => { if ((window.parleyStreamHeard ?? 0) < this.asked) this.renew(); }, STREAM_WITHIN);
  },

  renew() {
    const socket = window.parleyStream;
    socket?.dispatchEvent(new CloseEvent("close"));
    socket?.close();
  },
};

// A line that cannot be opened may be a proxy's fault; a server that does not answer at all is gone.
async function serves() {
  try {
    return (await fetch(new URL("_stcore/health", document.baseURI), { cache: "no-store", signal: AbortSignal.timeout(PONG_WITHIN) })).ok;
  } catch {
    return false;
  }
}

// A page that waits: for its session to know it, or for the stage to be connected.
const patience = {
  box: null, since: null, timer: null,

  follow(box) {
    this.box = box;
    box.querySelector("button").onclick = () => location.reload();
    this.since = data.waits ? this.since ?? Date.now() : null;
    this.show();
  },

  show() {
    clearTimeout(this.timer);
    const left = this.since === null ? Infinity : this.since + LONG - Date.now();
    this.box.hidden = left > 0;
    if (left > 0 && left < Infinity) this.timer = setTimeout(() => this.show(), left);
  },
};

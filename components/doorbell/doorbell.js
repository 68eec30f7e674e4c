// Keeps the WebSocket to /signal and wakes this tab's session when something it can see has changed; remembers who this
// tab is. The protocol is in docs/protocol.md. One doorbell a page, so its state lives in this module.

const TOKEN = "parley.token";   // sessionStorage: this tab, across reloads
const NAME = "parley.name";     // sessionStorage: this tab's; localStorage: the last one in this browser, for a new tab
const SENDS = "parley.sends";   // sessionStorage: whether this tab's person has turned off the camera, or more
const PING_EVERY = 20_000, PONG_WITHIN = 10_000;
const CHECK_WITHIN = 2_000;     // for the answer to a ping where the network may have changed
const RETRY_FIRST = 500, RETRY_MOST = 8_000;
const RUN_WITHIN = 2_000;       // a wake-up that brought no new version by then was lost: ask again
const SETTLE_WITHIN = 50;       // for what a run has brought to reach this component, once it is over
const STREAM_WITHIN = 4_000;    // for a run over Streamlit's own connection, when the line did not answer

let data = {}, say = () => {}, alarm = null;
let greeted = null;

// What the browsers of a direct call (components/direct) say to each other passes through this line. It waits while the
// line is down, and while nobody has taken it; what the server has not answered is sent again on the next line.
const SIGNALS = ["offer", "answer", "candidate", "hangup"], KEEP = 100, RESEND = 30;
const mail = window.parleyMail ??= { inbox: [], outbox: [] };

export default function doorbell({ data: given, parentElement, setStateValue }) {
  data = given;
  say = setStateValue;
  alarm = parentElement.querySelector("p");
  if (!data.heard) greet();
  else remember();
  run.follow();
  line.follow();
  return () => line.close();
}

// Who this tab is

// Each session asks once, also the one that a restarted server begins for a page that is open already.
function greet() {
  if (greeted === data.session) return;
  greeted = data.session;
  say("hello", { session: data.session, token: sessionStorage.getItem(TOKEN), name: nameHere(), sends: sessionStorage.getItem(SENDS) });
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

// The line to the server

const line = {
  socket: null, greeting: null, newest: 0, retry: RETRY_FIRST, failures: 0, polling: false, asked: 0, timers: {}, sent: [],
  suspect: false,  // the last one did not answer

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
    socket.onclose = () => { if (this.socket === socket) this.lost(); };
  },

  hear(message) {
    clearTimeout(this.timers.pong);
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
    this.retry = RETRY_FIRST;
    this.failures = 0;
    alarm.hidden = true;
    if (this.polling) say("polling", this.polling = false);
    clearInterval(this.timers.ping);
    this.timers.ping = setInterval(() => this.check(PONG_WITHIN), PING_EVERY);
    if (this.suspect) stream.check();
    this.suspect = false;
  },

  // A line whose network has gone says nothing: closing it would wait for an answer, too.
  check(within) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({ type: "ping" }));
    clearTimeout(this.timers.pong);
    this.timers.pong = setTimeout(() => {
      const { socket } = this;
      this.suspect = true;
      this.open();
      socket.close();
    }, within);
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

  lost() {
    clearInterval(this.timers.ping);
    clearTimeout(this.timers.pong);
    this.failures += 1;
    if (this.failures > 1 && !this.polling) say("polling", this.polling = true);
    serves().then((up) => { alarm.hidden = up; });
    this.timers.retry = setTimeout(() => this.open(), this.retry);
    this.retry = Math.min(2 * this.retry, RETRY_MOST);
  },

  close() {
    const { socket } = this;
    this.socket = null;
    Object.values(this.timers).forEach(clearTimeout);
    socket?.close();
    Object.assign(this, { greeting: null, newest: 0, retry: RETRY_FIRST, failures: 0, asked: 0, sent: [] });
  },
};

// Whoever is nobody here may look on, where there is something to see.
function hello() {
  if (data.token) return JSON.stringify({ type: "hello", token: data.token });
  return data.watches ? JSON.stringify({ type: "watch" }) : null;
}

// The runs of the script, as Streamlit writes them on the page. Where it does not, none is seen.
const run = {
  app: null, over: new MutationObserver(() => setTimeout(() => line.catchUp(), SETTLE_WITHIN)),

  isOn() {
    return ["running", "rerunRequested"].includes(this.app?.dataset.testScriptState);
  },

  follow() {
    const app = document.querySelector("[data-testid=stApp]");
    if (app === this.app) return;
    this.app = app;
    this.over.disconnect();
    if (app) this.over.observe(app, { attributeFilter: ["data-test-script-state"] });
  },
};

window.addEventListener("parley-outbox", () => line.post());
for (const [where, event] of [[window, "parley-check"], [window, "online"], [navigator.connection, "change"]]) {
  where?.addEventListener(event, () => line.check(CHECK_WITHIN));
}

// Streamlit's own connection goes the way that the line goes, and has nothing that notices when that has gone: every button
// would be dead for minutes, and the seat lost. So it is told that it is closed: then Streamlit makes another one, and the
// page stays as it is. (components/streamlit_frontend knows which it is.)

const stream = {
  // It is asked for a run, which answers by what woke it.
  check() {
    const { woken } = data;
    say("changed", `check ${Date.now()}`);
    setTimeout(() => { if (data.woken === woken) this.renew(); }, STREAM_WITHIN);
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
    return (await fetch(new URL("_stcore/health", document.baseURI), { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

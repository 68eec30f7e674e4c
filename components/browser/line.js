// The line: a WebSocket to /signal. What changes by itself comes over it, and what the person does goes over it. The protocol
// is in docs/protocol.md.

import { sendAgain, sendBy, settle } from "./acts.js";
import { calm, isWarning, warn } from "./alarm.js";
import { chat } from "./messages.js";
import { mail } from "./mail.js";
import { overview } from "./overview.js";
import { presence } from "./presence.js";
import { reach } from "./reach.js";
import { view } from "./view.js";
import { isRunning } from "./runs.js";
import { session } from "./session.js";
import { askForRun, renewUnlessHeard } from "./stream.js";

const PING_EVERY = 4_000, PONG_WITHIN = 6_000;
const PING_UNSEEN = 20_000;     // in a tab that nobody looks at: browsers hold back its timers
const CHECK_WITHIN = 2_000;     // for the answer to a ping where the network may have changed
const TICK = 1_000, SLEPT = 3_000;  // a timer that comes so much later was asleep
const RETRY_FIRST = 500, RETRY_MOST = 4_000;
const RUN_WITHIN = 2_000;       // a wake-up that brought no new version by then was lost: ask again
const SERVICE_RESTART = 1012;   // of a line that is closed: the server stops (IANA, WebSocket Close Code Number Registry)
const AWAY = "The server cannot be reached. Trying again…";
const RESTARTS = "The server is being restarted. You will be back in the lobby in a moment.";

export const line = {
  /** @type {WebSocket | null} */
  socket: null,
  /** @type {string | null} */
  greeting: null,
  newest: 0, retry: RETRY_FIRST, failures: 0, polling: false, asked: 0,
  /** @type {Record<string, number>} */
  timers: {},
  suspect: false,  // the last one did not answer
  answerBy: Infinity,  // when a ping must have been answered, in ms since the epoch
  /**
   * Milliseconds until this tab is heard again, as it has told the server.
   * @type {number | undefined}
   */
  promise: undefined,

  follow() {
    const greeting = hello();
    if (greeting !== this.greeting) this.greet(greeting);
    if (session.drawn.version >= this.newest) this.asked = 0;
    this.catchUp();
  },

  /** @param {string | null} greeting says who this tab is; null while it needs no line */
  greet(greeting) {
    const before = this.greeting;
    if (!greeting) this.close();
    this.greeting = greeting;
    if (greeting && !before) this.open();
    else if (greeting && this.isOpen()) this.socket?.send(greet(greeting));
  },

  open() {
    clearTimeout(this.timers.retry);
    const socket = new WebSocket(new URL("signal", document.baseURI.replace(/^http/, "ws")));
    this.socket = socket;
    socket.onopen = () => {
      if (this.greeting) socket.send(greet(this.greeting));
      mail.again();
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

  isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  },

  /** @param {any} message as docs/protocol.md has it */
  hear(message) {
    clearTimeout(this.timers.pong);
    this.answerBy = Infinity;
    if (message.code === "unknown_token") this.becomeNobody();
    this.take(message);
    this.catchUp();
  },

  /** @param {any} message that came over the line or, where there is none, with a run */
  take(message) {
    if (mail.isFor(message)) mail.deliver(message);
    HEARS[message.type]?.(message);
  },

  // The session has to see it, too, and may not be connected yet: a server that was restarted knows neither of us.
  becomeNobody() {
    calm();
    forget();
    session.say("changed", `gone ${Date.now()}`);
    clearTimeout(this.timers.again);
    this.timers.again = setTimeout(() => this.becomeNobody(), RUN_WITHIN);
  },

  /** @param {object} message */
  send(message) {
    this.socket?.send(JSON.stringify(message));
  },

  post() {
    if (this.isOpen()) mail.take().forEach((signal) => this.send(signal));
  },

  healthy() {
    reach.restore();
    this.retry = RETRY_FIRST;
    this.failures = 0;
    calm();
    if (this.polling) session.say("polling", this.polling = false);
    this.beat(PING_EVERY);
    if (this.suspect) renewUnlessHeard();
    this.suspect = false;
    sendAgain();
  },

  // While somebody looks at this tab, it promises when it is heard again: the others are told soon when it is cut off. Where
  // timers are held back, as in a tab that nobody looks at, or while the page is being printed, it promises nothing.
  /** @param {number} [within] */
  beat(within) {
    if (!this.isOpen()) return;
    this.promise = document.hidden ? undefined : within;
    clearInterval(this.timers.ping);
    this.timers.ping = setInterval(() => this.check(PONG_WITHIN), this.promise ?? PING_UNSEEN);
    this.check(PONG_WITHIN);
  },

  // A line whose network has gone says nothing: closing it would wait for an answer, too. So may Streamlit's connection be.
  /** @param {number} within */
  check(within) {
    if (!this.isOpen()) return;
    this.send({ type: "ping", again: this.promise && this.promise / 1_000 });
    const answerBy = Date.now() + within;
    if (answerBy >= this.answerBy) return;  // an earlier ping is waited for
    clearTimeout(this.timers.pong);
    this.answerBy = answerBy;
    this.timers.pong = setTimeout(() => {
      const { socket } = this;
      this.answerBy = Infinity;
      this.suspect = reach.lost = true;
      askForRun();
      this.open();
      socket?.close();
    }, within);
  },

  // The network may have changed.
  look() {
    const { socket } = this;
    if (!socket) return;
    if (this.isOpen()) return this.check(CHECK_WITHIN);
    this.open();
    socket.close();
  },

  // One wake-up at a time: what changes meanwhile is seen by the same run, or by one more. And none while the script runs
  // for another reason, as it does where this person made the change: that run may bring it.
  catchUp() {
    if (this.newest <= session.drawn.version || isRunning() || Date.now() - this.asked < RUN_WITHIN) return;
    this.asked = Date.now();
    session.say("changed", this.newest);
    clearTimeout(this.timers.again);
    this.timers.again = setTimeout(() => this.catchUp(), RUN_WITHIN);
  },

  /** @param {number} [code] */
  lost(code) {
    reach.lost = true;
    clearInterval(this.timers.ping);
    clearTimeout(this.timers.pong);
    this.answerBy = Infinity;
    this.failures += 1;
    if (this.failures > 1 && !this.polling) {
      session.say("polling", this.polling = true);
      sendAgain();
    }
    if (code === SERVICE_RESTART) warn(RESTARTS);
    else serves().then((up) => {
      if (up) calm();
      else if (reach.lost && !isWarning()) warn(AWAY);
    });
    this.timers.retry = setTimeout(() => this.open(), this.retry);
    this.retry = Math.min(2 * this.retry, RETRY_MOST);
  },

  close() {
    const { socket } = this;
    this.socket = null;
    reach.restore();
    calm();
    forget();
    mail.forget();
    Object.values(this.timers).forEach((timer) => clearTimeout(timer));
    socket?.close();
    Object.assign(this, { answerBy: Infinity, greeting: null, newest: 0, retry: RETRY_FIRST, failures: 0, asked: 0 });
  },
};

/**
 * What is done with each kind of message.
 * @type {Record<string, (message: any) => void>}
 */
const HEARS = {
  welcome() {
    line.newest = 0;  // what is new since the page was drawn is told now; the server may be another one, which counts from 1
    line.healthy();
  },
  changed({ version }) {
    line.newest = version;
  },
  people(message) {
    if (!presence.hear(message)) line.send({ type: "people" });
  },
  view: ({ set, now }) => view.hear(set, now),
  chat: (message) => chat.hear(message),
  live: (message) => overview.hear(message),
  done: settle,
  refused: settle,
  ok: () => mail.answered(),
  error: () => mail.answered(),
  gone: () => line.becomeNobody(),
};

// Nobody's page knows of nobody.
function forget() {
  presence.forget();
  view.forget();
  chat.forget();
  overview.forget();
}

// A page of somebody's that shows all that goes on is told of it, too; one of nobody's may look on where there is something
// to see.
function hello() {
  const { push, heard, token, watches } = session.drawn;
  if (!push || !heard) return null;
  if (token) return JSON.stringify({ type: "hello", token, watch: watches });
  return watches ? JSON.stringify({ type: "watch" }) : null;
}

// With what the last run has drawn: the server says whether there is more to draw by now.
/** @param {string} greeting */
function greet(greeting) {
  return JSON.stringify({ ...JSON.parse(greeting), page: session.drawn.page });
}

// A line that cannot be opened may be a proxy's fault; a server that does not answer at all is gone.
async function serves() {
  try {
    const options = { cache: /** @type {RequestCache} */ ("no-store"), signal: AbortSignal.timeout(PONG_WITHIN) };
    return (await fetch(new URL("_stcore/health", document.baseURI), options)).ok;
  } catch {
    return false;
  }
}

// By the line, also one that is just being opened; what it cannot take goes when it is up.
sendBy((messages) => {
  if (!session.drawn.push || line.polling) return false;
  if (line.isOpen()) messages.forEach((message) => line.send(message));
  return true;
});

// A computer that has slept, or a tab that was frozen, may have lost its connections without a word: it looks at once, so that
// a ring that began meanwhile is on the screen while it still rings. A timer that comes late tells of it where no event does.
function wake() {
  if (!document.hidden) line.look();
}

let ticked = Date.now();
setInterval(() => {
  const late = Date.now() - ticked > TICK + SLEPT;
  ticked = Date.now();
  if (late) wake();
}, TICK);

mail.sendBy(() => line.post());
window.addEventListener("online", () => line.look());
navigator.connection?.addEventListener("change", () => line.look());
window.addEventListener("pageshow", wake);
document.addEventListener("resume", wake);  // Page Lifecycle API
document.addEventListener("visibilitychange", () => {
  line.beat(PING_EVERY);
  wake();
});
window.addEventListener("beforeprint", () => line.beat());
window.addEventListener("afterprint", () => line.beat(PING_EVERY));

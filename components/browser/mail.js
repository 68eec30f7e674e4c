// What the browsers of a direct call (direct.js) say to each other passes through the line. It waits while the line is down,
// and while nobody has taken it; what the server has not answered is sent again on the next line.

import { followers } from "./followers.js";

const SIGNALS = ["offer", "answer", "candidate", "hangup"], KEEP = 100, RESEND = 30;

const { tell, follow } = followers();

/** @type {Signal[]} */
let inbox = [];
/** @type {Signal[]} */
const outbox = [];
/** @type {Signal[]} */
let sent = [];
let post = () => {};

export const mail = {
  /**
   * `hear` is called when something has come.
   */
  follow,

  /** @param {{ type: string }} message */
  isFor: ({ type }) => SIGNALS.includes(type),

  /** @param {Signal} signal */
  deliver(signal) {
    inbox = [...inbox, signal].slice(-KEEP);
    tell();
  },

  /**
   * What has come for this call.
   * @param {string} call
   */
  read(call) {
    const mine = inbox.filter((signal) => signal.call === call);
    inbox = inbox.filter((signal) => signal.call !== call);
    return mine;
  },

  /** @param {Signal} signal */
  send(signal) {
    outbox.push(signal);
    post();
  },

  /**
   * @param {() => void} way sends what `take` gives, if it can
   */
  sendBy(way) {
    post = way;
  },

  // All that is to be sent now.
  take() {
    const signals = outbox.splice(0);
    sent.push(...signals);
    return signals;
  },

  answered() {
    sent.shift();
  },

  // A new line: what the last one has not answered is sent once more.
  again() {
    outbox.unshift(...sent.splice(0).slice(-RESEND));
  },

  forget() {
    sent = [];
  },
};

// What the browsers of a direct call (components/direct) say to each other passes through the line. It waits while the line
// is down, and while nobody has taken it; what the server has not answered is sent again on the next line.

const SIGNALS = ["offer", "answer", "candidate", "hangup"], KEEP = 100, RESEND = 30;

const box = window.parleyMail ??= { inbox: [], outbox: [] };
/** @type {Signal[]} */
let sent = [];

export const mail = {
  /** @param {{ type: string }} message */
  isFor: ({ type }) => SIGNALS.includes(type),

  /** @param {Signal} signal */
  deliver(signal) {
    box.inbox = [...box.inbox, signal].slice(-KEEP);
    window.dispatchEvent(new Event("parley-inbox"));
  },

  // All that is to be sent now.
  take() {
    const signals = box.outbox.splice(0);
    sent.push(...signals);
    return signals;
  },

  answered() {
    sent.shift();
  },

  // A new line: what the last one has not answered is sent once more.
  again() {
    box.outbox.unshift(...sent.splice(0).slice(-RESEND));
  },

  forget() {
    sent = [];
  },
};

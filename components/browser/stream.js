// Streamlit's own connection, a WebSocket that its front end keeps to itself. It goes the way that the line to /signal goes,
// and has nothing that notices when that has gone: every button would be dead for minutes, and the seat lost. So we learn which
// it is when it sends, and dispatch its `close`: Streamlit makes another one, and the page stays as it is.
//
// And at each run Streamlit tells the page that embeds it how things are, in half a dozen messages. Where none does, it tells
// itself, and looks for milliseconds at where each of them came from. So we drop what it sends to itself.

import { session } from "./session.js";

const HEARD_WITHIN = 1_000;  // ms for it to say something, when the line works again

/**
 * The one that was used last.
 * @type {WebSocket | null}
 */
let stream = null;
let heard = 0, asked = 0;  // ms since the epoch

// For a run, and so for a sign that it works.
export function askForRun() {
  asked = Date.now();
  session.say("changed", `check ${asked}`);
}

export function renewUnlessHeard() {
  setTimeout(() => { if (heard < asked) renew(); }, HEARD_WITHIN);
}

function renew() {
  const socket = stream;
  socket?.dispatchEvent(new CloseEvent("close"));
  socket?.close();
}

const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (data) {
  if (this !== stream && this.url.includes("/_stcore/stream")) {
    stream = this;
    this.addEventListener("message", () => { heard = Date.now(); });
  }
  return send.call(this, data);
};

window.addEventListener("message", (message) => {
  if (message.source === window && message.data?.stCommVersion) message.stopImmediatePropagation();
}, true);

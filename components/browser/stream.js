// Streamlit's own connection. It goes the way that the line to /signal goes, and has nothing that notices when that has
// gone: every button would be dead for minutes, and the seat lost. So we dispatch its `close`: Streamlit makes another one,
// and the page stays as it is. (components/streamlit_frontend knows which it is.)

import { session } from "./session.js";

const HEARD_WITHIN = 1_000;  // ms for it to say something, when the line works again

let asked = 0;

// For a run, and so for a sign that it works.
export function askForRun() {
  asked = Date.now();
  session.say("changed", `check ${asked}`);
}

export function renewUnlessHeard() {
  setTimeout(() => { if ((window.parleyStreamHeard ?? 0) < asked) renew(); }, HEARD_WITHIN);
}

function renew() {
  const socket = window.parleyStream;
  socket?.dispatchEvent(new CloseEvent("close"));
  socket?.close();
}

// What the person does where the page is data: a message to the server, sent again until it is answered, by the line to
// /signal or, where there is none, with a run of the script. An act has an id of ours, so it is done once.

import { session } from "./session.js";

const AGAIN_AFTER = 2_000;  // ms; what is said while Streamlit has no connection is lost

/** @type {Map<string, { message: ActMessage, answered: (answer: Answer) => void }>} */
const waiting = new Map();
let number = 0;
/** @type {number | undefined} */
let timer;
/** @type {(messages: object[]) => boolean} */
let send = () => false;

/**
 * Do it, as in `act({ act: "put_down", room })`.
 * @param {Act} what
 * @returns {Promise<Answer>}
 */
export function act(what) {
  const id = `${Date.now().toString(36)}-${number += 1}`;
  return new Promise((answered) => {
    const message = /** @type {ActMessage} */ ({ type: "act", id, ...what });
    waiting.set(id, { message, answered });
    deliver([message]);
  });
}

/**
 * Ask for something that is answered by telling it.
 * @param {{ type: "chat", before: number }} message
 */
export function ask(message) {
  if (!send([message])) say([message]);
}

/**
 * @param {(messages: object[]) => boolean} way sends messages by the line; whether it can
 */
export function sendBy(way) {
  send = way;
}

// There is a new way to the server: what was not answered goes again.
export function sendAgain() {
  if (waiting.size) deliver([...waiting.values()].map(({ message }) => message));
}

/** @param {Answer} answer */
export function settle(answer) {
  waiting.get(answer.id)?.answered(answer);
  waiting.delete(answer.id);
}

/** @param {ActMessage[]} messages */
function deliver(messages) {
  clearTimeout(timer);
  if (send(messages)) return;
  say([]);
  timer = setTimeout(sendAgain, AGAIN_AFTER);
}

/**
 * With a run: what is not answered yet, and this.
 * @param {object[]} more
 */
function say(more) {
  session.say("acts", { at: Date.now(), messages: [...[...waiting.values()].map(({ message }) => message), ...more] });
}

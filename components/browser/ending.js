// The buttons beside the line that says how a call ended. They are acts: a click of Streamlit's is lost when its connection is
// renewed, and that is when one is told that a call was lost.

import { act } from "./acts.js";
import { find } from "./find.js";
import { tellRefusal } from "./refusal.js";

/** @param {Component<{ room: string | null }>} component `room` is what one may go back into */
export default function ending({ data: { room }, parentElement }) {
  const rejoin = button(parentElement, ".ending-rejoin"), dismiss = button(parentElement, ".ending-dismiss");
  const problem = find(parentElement, "p");
  const attempt = async (/** @type {Act} */ doing) => {
    rejoin.disabled = dismiss.disabled = true;
    const answer = await act(doing);
    tellRefusal(problem, answer);
    rejoin.disabled = dismiss.disabled = answer.type === "done";  // the line goes with the next run
  };
  rejoin.hidden = room === null;
  rejoin.disabled = dismiss.disabled = false;
  rejoin.onclick = () => attempt({ act: "rejoin", room: room ?? "" });
  dismiss.onclick = () => attempt({ act: "dismiss" });
}

/**
 * @param {HTMLElement} parent
 * @param {string} selector
 */
function button(parent, selector) {
  return /** @type {HTMLButtonElement} */ (find(parent, selector));
}

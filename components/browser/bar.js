// The bar: the buttons of a running call, on whichever page.

import { act } from "./acts.js";
import { find } from "./find.js";
import { tellRefusal } from "./refusal.js";

/** The code of the room whose call it is. */
let room = "";

/** @param {Component<{ room: string }>} component */
export default function bar({ data, parentElement }) {
  const button = /** @type {HTMLButtonElement} */ (find(parentElement, ".bar-hang-up")), problem = find(parentElement, "p");
  ({ room } = data);
  button.disabled = false;
  button.onclick = async () => {
    button.disabled = true;
    tellRefusal(problem);
    const answer = await hangUp();
    tellRefusal(problem, answer);
    button.disabled = answer.type === "done";  // the bar goes with the call
  };
}

export function hangUp() {
  return act({ act: "put_down", room });
}

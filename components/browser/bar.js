// The bar: the buttons of a running call, on whichever page.

import { act } from "./acts.js";
import { find } from "./find.js";
import { tellRefusal } from "./refusal.js";
import { view } from "./view.js";

/** @param {Component<{ room: string }>} component */
export default function bar({ data, parentElement }) {
  const button = /** @type {HTMLButtonElement} */ (find(parentElement, ".bar-hang-up")), problem = find(parentElement, "p");
  button.disabled = false;
  button.onclick = async () => {
    button.disabled = true;
    tellRefusal(problem);
    const answer = await act({ act: "put_down", room: data.room });
    tellRefusal(problem, answer);
    button.disabled = answer.type === "done";  // the bar goes with the call
  };
}

export function hangUp() {
  if (view.room) act({ act: "put_down", room: view.room.code });
}

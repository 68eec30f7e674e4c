// The calls that nobody took, until the person has seen them.

import { act } from "./acts.js";
import { moment } from "./moments.js";
import { tellRefusal } from "./refusal.js";
import { view } from "./view.js";

/**
 * @param {Component<unknown>} component
 */
export default function missed({ parentElement }) {
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (parentElement.querySelector(selector));
  const draw = () => {
    find(".missed").hidden = view.missed.length === 0;
    find("ul").replaceChildren(...view.missed.map(line));
  };
  find("button").onclick = async () => tellRefusal(find(".missed-problem"), await act({ act: "clear_missed" }));
  draw();
  return view.follow(draw);
}

/** @param {View["missed"][number]} call */
function line({ name, at }) {
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("b"), { textContent: name }), ` at ${moment(view.date(at))}`);
  return item;
}

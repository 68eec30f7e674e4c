// The calls that nobody took, until the person has seen them.

import { act } from "./acts.js";
import { find } from "./find.js";
import { moment } from "./moments.js";
import { tellRefusal } from "./refusal.js";
import { view } from "./view.js";

/**
 * @param {Component<unknown>} component
 */
export default function missed({ parentElement }) {
  const draw = () => {
    find(parentElement, ".missed").hidden = view.missed.length === 0;
    find(parentElement, "ul").replaceChildren(...view.missed.map(line));
  };
  const problem = find(parentElement, ".missed-problem");
  find(parentElement, "button").onclick = async () => tellRefusal(problem, await act({ act: "clear_missed" }));
  draw();
  return view.follow(draw);
}

/** @param {View["missed"][number]} call */
function line({ name, at }) {
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("b"), { textContent: name }), ` at ${moment(view.date(at))}`);
  return item;
}

// The own bar: mutes the microphone and chooses the devices outside of a call, where there is no bar of the call's.

import { offersDevices } from "./devices_menu.js";
import { find } from "./find.js";
import { own } from "./own.js";
import { attempt } from "./trouble.js";

/** @type {WeakSet<HTMLElement>} */
const drawn = new WeakSet();

/** @param {Component<unknown>} component */
export default function ownBar({ parentElement }) {
  const button = find(parentElement, ".own-mute"), problem = find(parentElement, "p");
  if (!drawn.has(parentElement)) {
    const menu = /** @type {HTMLDetailsElement} */ (find(parentElement, "details"));
    offersDevices(menu, (doing) => attempt(problem, doing));
  }
  drawn.add(parentElement);
  button.onclick = () => attempt(problem, () => own.toggle("audio"));
  const draw = () => {
    button.hidden = !own.live("audio");
    find(button, "i").textContent = own.on("audio") ? "mic" : "mic_off";
    find(button, "span").textContent = own.on("audio") ? "Mute" : "Unmute";
  };
  const stop = own.follow(draw);
  draw();
  return stop;
}

// Mutes the microphone outside of a call, where there is no bar.

import { find } from "./find.js";
import { followConnections } from "./latest.js";
import { own } from "./own.js";

/** @param {Component<unknown>} component */
export default function mute({ parentElement }) {
  const button = find(parentElement, "button");
  button.onclick = () => own.toggle("audio");
  const draw = () => {
    button.hidden = !own.captured("audio").length;
    find(parentElement, "i").textContent = own.on("audio") ? "mic" : "mic_off";
    find(parentElement, "span").textContent = own.on("audio") ? "Mute" : "Unmute";
  };
  const stops = [own.follow(draw), followConnections(draw)];
  draw();
  return () => stops.forEach((stop) => stop());
}

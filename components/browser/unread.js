// How many messages of the room's chat nobody has read here, while the chat is not on the screen.

import { find } from "./find.js";
import { chat } from "./messages.js";
import { view } from "./view.js";

/**
 * @param {Component<unknown>} component
 */
export default function unread({ parentElement }) {
  const badge = find(parentElement, "[role=status]");
  const draw = () => {
    const count = chat.seen ? 0 : view.unread;
    badge.textContent = count ? `${count} new message${count > 1 ? "s" : ""}` : "";
  };
  const stops = [chat.follow(draw), view.follow(draw)];
  draw();
  return () => stops.forEach((stop) => stop());
}

// How good the call's connection is, on either path: a line over the stage that opens into details.

import { find } from "./find.js";
import { closesAsMenu } from "./menus.js";
import { details, measure, words } from "./quality.js";
import { streams } from "./streams.js";

const MEASURE_EVERY = 2_000;  // ms

/** @type {WeakSet<HTMLElement>} */
const drawn = new WeakSet();

/**
 * @param {HTMLElement} badge
 * @returns {() => void} how to stop
 */
export function showsQuality(badge) {
  if (!drawn.has(badge)) closesAsMenu(/** @type {HTMLDetailsElement} */ (badge));
  drawn.add(badge);
  const timer = setInterval(() => write(badge), MEASURE_EVERY), stop = streams.follow(() => write(badge));
  write(badge);
  return () => {
    clearInterval(timer);
    stop();
  };
}

/** @param {HTMLElement} badge */
async function write(badge) {
  const { connection, direct } = streams;
  badge.hidden = connection?.connectionState !== "connected";
  if (!connection || badge.hidden) return;
  const measured = await measure(connection), path = direct ? "direct" : "through server";
  find(badge, "span").textContent = words(measured, path);
  find(badge, "dl").replaceChildren(...details(measured, path).flatMap(([term, said]) => [
    Object.assign(document.createElement("dt"), { textContent: term }),
    Object.assign(document.createElement("dd"), { textContent: said }),
  ]));
}

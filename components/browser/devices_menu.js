// Which camera and microphone are used, from a menu: offered anew each time that it opens, since devices come and go.

import { remembered } from "./capture.js";
import { closesAsMenu } from "./menus.js";
import { own } from "./own.js";

/** @typedef {import("./capture.js").Kind} Kind */

/**
 * @param {HTMLDetailsElement} menu with a select for each kind
 * @param {(doing: () => Promise<void>) => void} attempt does it, and says what went wrong
 */
export function offersDevices(menu, attempt) {
  const selects = [...menu.querySelectorAll("select")];
  closesAsMenu(menu);
  menu.addEventListener("toggle", () => { if (menu.open) offer(selects); });
  for (const select of selects) select.onchange = () => attempt(() => own.choose(kindOf(select), select.value));
}

/** @param {HTMLSelectElement[]} selects */
async function offer(selects) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const select of selects) {
    const kind = kindOf(select);
    const used = own.tracks[kind]?.getSettings().deviceId ?? remembered(kind);
    const options = devices.filter((device) => device.kind === `${kind}input`);
    select.replaceChildren(...options.map(
      ({ deviceId, label }, i) => new Option(label || `Device ${i + 1}`, deviceId, false, deviceId === used),
    ));
  }
}

/** @param {HTMLSelectElement} select */
function kindOf(select) {
  return /** @type {Kind} */ (select.dataset.kind);
}

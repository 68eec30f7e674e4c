// Which pictures this page shows so small that their small layer is enough: said to the server whenever that changes, after
// it has been so for a moment.

import { act } from "./acts.js";

/** @typedef {{ tile: Large, height: number }} Seen `height` in device pixels */

const ENOUGH = 200;  // device pixels; a small layer has about 120 to 180
const SETTLES_AFTER = 300;  // ms

let told = "[]";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {Seen[]} seen all pictures of others */
export function wishFor(seen) {
  const small = smallOnes(seen), text = JSON.stringify(small);
  clearTimeout(timer);
  if (text === told) return;
  timer = setTimeout(async () => {
    told = text;
    if ((await act({ act: "watch", small })).type !== "done") told = "";
  }, SETTLES_AFTER);
}

/**
 * A screen is always large: what is written on it could not be read.
 * @param {Seen[]} seen
 */
export function smallOnes(seen) {
  const small = seen.filter(({ tile, height }) => tile.kind === "camera" && height <= ENOUGH);
  return small.map(({ tile: { id, kind } }) => ({ id, kind })).sort((one, other) => one.id < other.id ? -1 : 1);
}

// What the stage's connection receives: a stream for each slot, a picture with the sound that belongs to it. Which slot is
// whose, the room says.

import { connectionOf, STAGE } from "./frames.js";

/**
 * By the number of its slot.
 * @type {Map<number, MediaStream>}
 */
const made = new Map();

/**
 * The stream in a slot of the present connection; null where there is no connection, or no such slot.
 * @param {number} slot
 * @returns {MediaStream | null}
 */
export function slotStream(slot) {
  const tracks = slotTracks(slot), before = made.get(slot);
  if (!tracks.length) return null;
  if (before && tracks.every((track) => before.getTracks().includes(track))) return before;
  const stream = new MediaStream(tracks);
  made.set(slot, stream);
  return stream;
}

/** @param {number} slot */
function slotTracks(slot) {
  const connection = connectionOf(STAGE);
  if (!connection || connection.connectionState === "closed") return [];
  const received = connection.getTransceivers().map(({ receiver }) => receiver.track);
  return ["video", "audio"].flatMap((kind) => received.filter((track) => track.kind === kind)[slot] ?? []);
}

// Somebody has come into the room that one is in, or has gone: two notes, up or down.

import { voice } from "./sounds.js";
import { view } from "./view.js";

const NOTES = [523, 659];  // Hz
const VOLUME = 0.05;

/** @type {Room | null} */
let before = null;

export function chime() {
  const { room } = view, was = before;
  before = room;
  if (!room || room.code !== was?.code || room.people.length === was.people.length) return;
  const notes = room.people.length > was.people.length ? NOTES : NOTES.toReversed();
  voice.play(notes.map((note, i) => [[note], i * 0.12, 0.15]), VOLUME);
}

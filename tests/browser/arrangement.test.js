// Where the tiles of a stage are, and what is said on it: each test says what is promised.

import assert from "node:assert/strict";
import { test } from "node:test";

import { arrange, cover, fitted, missing } from "../../components/browser/arrangement.js";

const me = { id: "a", name: "Ann", camera: true, microphone: true, connected: true };
const ben = { ...me, id: "b", name: "Ben" }, cem = { ...me, id: "c", name: "Cem" };

const camera = (id) => id ? { id, kind: "camera" } : null;
const cameras = (...ids) => ids.map((id, slot) => ({ ...camera(id), slot }));

function placed(people, more = {}, docked = false) {
  const tiles = cameras(...people.map(({ id }) => id));
  const room = { people, tiles, layout: "speaker", shown: camera(people[1]?.id), ...more };
  const name = ({ id, kind }) => kind === "camera" ? id : `${id}'s screen`;
  return Object.fromEntries(arrange(room, docked).map(({ tile, place }) => [name(tile), place]));
}

test("who is alone is large", () => {
  assert.deepEqual(placed([me]), { a: "large" });
});

test("of two, the other one is large, and oneself lies in a corner", () => {
  assert.deepEqual(placed([me, ben]), { a: "corner", b: "large" });
});

test("of more, one is large and the others stand in a strip, or all are of one size", () => {
  assert.deepEqual(placed([me, ben, cem], { shown: camera("c") }), { a: "strip", b: "strip", c: "large" });
  assert.deepEqual(placed([me, ben, cem], { layout: "pin", shown: camera("b") }), { a: "strip", b: "large", c: "strip" });
  assert.deepEqual(placed([me, ben, cem], { layout: "grid" }), { a: "grid", b: "grid", c: "grid" });
});

test("on another page there is room for one", () => {
  assert.deepEqual(placed([me, ben, cem], { layout: "grid" }, true), { a: "hidden", b: "large", c: "hidden" });
});

test("a screen is large, and its person stands in the strip; to who shares it, it has no tile", () => {
  const tiles = [...cameras("a", "b"), { id: "b", kind: "screen", slot: 2 }], shown = { id: "b", kind: "screen" };
  assert.deepEqual(placed([me, ben], { tiles, shown }), { a: "strip", b: "strip", "b's screen": "large" });
  assert.deepEqual(placed([me, ben], { tiles, shown }, true), { a: "hidden", b: "hidden", "b's screen": "large" });
  assert.deepEqual(placed([me, ben], { tiles, layout: "grid" }), { a: "grid", b: "grid", "b's screen": "grid" });
  assert.deepEqual(placed([ben, me], { tiles, shown: camera("a") }), { b: "corner", a: "large" });
});

test("a tile of somebody of whom nothing else is known yet is not drawn", () => {
  assert.deepEqual(placed([me], { tiles: cameras("a", "z") }), { a: "large" });
});

test("tiles are as large as they fit, and never lie outside", () => {
  assert.equal(fitted(1, 800, 600).columns, 1);
  assert.equal(fitted(4, 800, 600).columns, 2);
  assert.equal(fitted(3, 1200, 300).columns, 3);
  assert.equal(fitted(3, 300, 1200).columns, 1);
  for (let count = 1; count <= 16; count += 1) {
    const { columns, wide } = fitted(count, 900, 500), rows = Math.ceil(count / columns);
    assert.ok(columns * wide + 8 * (columns - 1) <= 900 && rows * wide * 3 / 4 + 8 * (rows - 1) <= 500, `${count}`);
  }
});

test("it is said why a tile has no picture", () => {
  const lost = { ...ben, connected: false, camera: false }, dark = { ...ben, camera: false }, tile = { kind: "camera" };
  const seen = { films: true, stands: false };
  assert.equal(missing({ tile, person: ben, self: false }, seen), "");
  assert.equal(missing({ tile, person: lost, self: false }, seen), "Ben lost the connection. Waiting for them to come back…");
  assert.equal(missing({ tile, person: dark, self: false }, seen), "Ben has the camera off");
  assert.equal(missing({ tile, person: ben, self: false }, { ...seen, stands: true }), "The connection is too weak for Ben’s picture");
  assert.equal(missing({ tile: { kind: "screen" }, person: dark, self: false }, seen), "");
  assert.equal(missing({ tile, person: { ...me, camera: false }, self: true }, { ...seen, films: false }), "Your camera is off");
  assert.equal(missing({ tile, person: { ...me, camera: false }, self: true }, seen), "");  // the server is about to be told
});

test("what was refused is said over all tiles, and that it connects", () => {
  const state = { direct: false, refusal: "", connecting: false }, room = { people: [me, ben] };
  assert.equal(cover(room, state), "");
  assert.equal(cover(room, { ...state, connecting: true }), "Connecting…");
  assert.equal(cover(room, { ...state, connecting: true, refusal: "No." }), "No.");
  assert.equal(cover(room, { ...state, connecting: true, direct: true }), "");
});

test("where nobody else is there, or all are away, nothing connects", () => {
  const state = { direct: false, refusal: "", connecting: true };
  assert.equal(cover({ people: [me] }, state), "");
  assert.equal(cover({ people: [me, { ...ben, connected: false }] }, state), "");
});

// What is said over the stage: each test says what is promised.

import assert from "node:assert/strict";
import { test } from "node:test";

import { caption } from "../../components/browser/caption.js";

const me = { id: "a", name: "Ann", camera: true, microphone: true, connected: true };
const ben = { ...me, id: "b", name: "Ben" }, cem = { ...me, id: "c", name: "Cem" };
const here = { direct: false, refusal: "", connecting: false };

function of(people, more = {}, data = {}) {
  return caption({ people, shown: people[1]?.id ?? null, layout: "speaker", ...more }, { ...here, ...data });
}

function cover(text) {
  return { kind: "cover", text };
}

test("nothing is said where there is a picture of two, or no room", () => {
  assert.deepEqual([of([me, ben]), caption(null, here), of([me], {}, { direct: true })], [null, null, null]);
});

test("who waits alone is told what to do", () => {
  assert.deepEqual(of([me]), cover("Nobody else is here yet. Share the link."));
});

test("it is said why there is no picture, the worst first", () => {
  const gone = { ...ben, connected: false, camera: false }, dark = { ...ben, camera: false };
  const lost = cover("Ben lost the connection. Waiting for them to come back…");
  assert.deepEqual(of([me, gone], {}, { refusal: "No.", connecting: true }), lost);
  assert.deepEqual(of([me, dark], {}, { refusal: "No.", connecting: true }), cover("No."));
  assert.deepEqual(of([me, dark], {}, { connecting: true }), cover("Connecting…"));
  assert.deepEqual(of([me, dark]), cover("Ben has the camera off"));
});

test("into a picture of everybody, it is written who has no camera on", () => {
  const dark = { ...ben, connected: false, camera: false };
  assert.equal(of([me, dark, cem], { layout: "grid" }), null);
  assert.deepEqual(of([me, dark, cem], { layout: "grid" }, { connecting: true }), cover("Connecting…"));
});

test("of more than two, it is said whose picture it is", () => {
  assert.deepEqual(of([me, ben, cem]), { kind: "name", text: "Ben" });
  assert.deepEqual(of([me, { ...ben, microphone: false }, cem]), { kind: "name", text: "Ben · muted" });
});

// What the others get of this person, as far as the server has to be told.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sendBy, settle } from "../../components/browser/acts.js";
import { tellSent } from "../../components/browser/sent.js";
import { view } from "../../components/browser/view.js";

let acts;
const NOTHING = { camera: false, microphone: false, screen: false }, ALL = { ...NOTHING, camera: true, microphone: true };

function answer(type = "done") {
  settle({ type, id: acts.at(-1).id });
  return new Promise(setImmediate);
}

function is(me) {
  view.hear({ me: { id: "a", status: "IN_CALL", ...me } }, 0);
}

beforeEach(async () => {
  acts = [];
  sendBy((messages) => acts.push(...messages) > 0);
  tellSent(null);
  view.forget();
});

test("a change is told, once, and what the server knows is not", async () => {
  is(NOTHING);
  tellSent(NOTHING);
  assert.deepEqual(acts, []);
  tellSent({ ...NOTHING, camera: true });
  const message = { ...acts[0], id: undefined };
  assert.deepEqual(message, { type: "act", id: undefined, act: "send", camera: true, microphone: false, screen: false });
  await answer();
  assert.equal(acts.length, 1);
});

test("what changes before the answer is told after it", async () => {
  is(NOTHING);
  tellSent(ALL);
  tellSent({ ...NOTHING, microphone: true });
  assert.equal(acts.length, 1);
  await answer();
  assert.equal(acts.length, 2);
  assert.deepEqual([acts[1].camera, acts[1].microphone], [false, true]);
  await answer();
});

test("a server that believes something else is told: it was restarted, or another tab had spoken", async () => {
  is(ALL);
  tellSent(ALL);
  assert.deepEqual(acts, []);
  is(NOTHING);
  assert.equal(acts.length, 1);
  await answer();
});

test("where another tab speaks for the person, or they are nobody, nothing is told", () => {
  tellSent(ALL);
  assert.deepEqual(acts, []);
  tellSent(null);
  is(NOTHING);
  assert.deepEqual(acts, []);
});

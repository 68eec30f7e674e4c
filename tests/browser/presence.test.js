// Who is here, added up: each test says what is promised.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { isFree, presence } from "../../components/browser/presence.js";

const ann = { name: "Ann", status: "IDLE", connected: true }, ben = { ...ann, name: "ben" };

function told(version, since, here = {}, gone = []) {
  return presence.hear({ type: "people", version, since, here, gone });
}

beforeEach(() => presence.forget());

test("all there is replaces what was known", () => {
  told(5, null, { a: ann });
  told(2, null, { b: ben });  // of a server that was restarted
  assert.deepEqual([presence.version, [...presence.here.keys()]], [2, ["b"]]);
});

test("changes are added", () => {
  told(1, null, { a: ann });
  assert.ok(told(3, 1, { b: ben }, ["a"]));
  assert.deepEqual([...presence.here], [["b", ben]]);
});

test("a gap is noticed, and nothing is made of it", () => {
  assert.equal(told(3, 2, { a: ann }), false);
  told(1, null, { a: ann });
  assert.equal(told(4, 2, { b: ben }), false);
  assert.deepEqual([presence.version, [...presence.here.keys()]], [1, ["a"]]);
});

test("what is known already changes nothing", () => {
  told(4, null, { a: ann });
  assert.ok(told(3, 2, {}, ["a"]));
  assert.deepEqual([...presence.here.keys()], ["a"]);
});

test("a change may begin before what is known", () => {
  told(4, null, { a: ann });
  assert.ok(told(6, 2, { a: ann, b: ben }));
  assert.deepEqual([...presence.here.keys()], ["a", "b"]);
});

test("the others are those who are free, by name, and then the rest", () => {
  const people = { a: ann, b: ben, c: { ...ann, name: "Cem", status: "IN_CALL" }, d: { ...ann, name: "Abe", connected: false } };
  told(1, null, { z: { ...ann, name: "Zoe 10" }, y: { ...ann, name: "zoe 9" }, me: ann, ...people });
  assert.deepEqual(presence.others("me").map(([who]) => who), ["a", "b", "y", "z", "d", "c"]);
  assert.deepEqual(Object.values(people).map(isFree), [true, true, false, false]);
});

test("whoever follows is told of each change until they stop", () => {
  let times = 0;
  const stop = presence.follow(() => { times += 1; });
  told(1, null);
  told(2, 1, { a: ann });
  told(2, 1, { a: ann });
  stop();
  told(3, 2);
  assert.equal(times, 2);
});

// Who came and who went, and what the room is called.

import assert from "node:assert/strict";
import { test } from "node:test";

import { comings } from "../../components/browser/comings.js";
import { title } from "../../components/browser/company.js";

function room(...names) {
  return { code: "r", since: 1, people: names.map((name) => ({ id: name, name })) };
}

test("each who came and each who went is named", () => {
  assert.deepEqual(comings(room("Ada", "Bob"), room("Ada", "Eve", "Zoe")), { came: ["Eve", "Zoe"], gone: ["Bob"] });
});

test("of coming into a room oneself, and of its end, nothing is said", () => {
  for (const [was, is] of [[null, room("Ada", "Bob")], [room("Ada", "Bob"), null], [room("Ada", "Bob"), { ...room("Ada"), code: "s" }]]) {
    assert.deepEqual(comings(was, is), { came: [], gone: [] });
  }
});

test("the title names up to three others; of more, the first two", () => {
  const titles = [["Bob"], ["Bob", "Zoe"], ["Bob", "Zoe", "*Carol*"], ["Bob", "Zoe", "Carol", "Dave"]].map((others) => title(room("Ada", ...others)));
  assert.deepEqual(titles, [
    "In call with Bob", "In call with Bob and Zoe", "In call with Bob, Zoe and *Carol*", "In call with Bob, Zoe and 2 others",
  ]);
});

test("who is alone waits", () => {
  assert.equal(title(room("Ada")), "Waiting for somebody to join");
  assert.equal(title(null), "");
});

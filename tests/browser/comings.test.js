// Who came and who went, and what the room is called.

import assert from "node:assert/strict";
import { test } from "node:test";

import show, { comings } from "../../components/browser/comings.js";
import { title } from "../../components/browser/company.js";
import { voice } from "../../components/browser/sounds.js";
import { view } from "../../components/browser/view.js";

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

test("it is said and sounded in the tab that speaks for the person, and not in one whose place it took", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const play = t.mock.method(voice, "play", async () => true), lines = [];
  globalThis.document = { createElement: () => ({ append: (_, text) => lines.push(text), remove() {} }) };
  for (const here of [false, true]) {
    view.hear({ room: room("Ada") }, 0);
    const stop = show({ data: { here }, parentElement: { querySelector: () => ({ append() {} }) } });
    view.hear({ room: room("Ada", "Eve") }, 0);
    stop();
    assert.deepEqual(lines, here ? ["Eve joined"] : []);
    assert.equal(play.mock.callCount(), here ? 1 : 0);
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

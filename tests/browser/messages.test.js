// The chat of a room, added up: each test says what is promised.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { chat } from "../../components/browser/messages.js";
import { view } from "../../components/browser/view.js";

function told(from, texts, room = "abcd") {
  chat.hear({ room, from, messages: texts.map((text) => ({ author: "a", name: "Ann", text, at: 5 })), now: 10 });
}

function known() {
  return [chat.first, chat.messages.map(({ text }) => text).join("")];
}

beforeEach(() => chat.forget());

test("what is said is added, and nothing twice", () => {
  told(7, ["a", "b"]);
  told(9, ["c"]);
  told(8, ["b", "c", "d"]);
  assert.deepEqual(known(), [7, "abcd"]);
});

test("what was said before comes before it", () => {
  told(7, ["c", "d"]);
  told(5, ["a", "b"]);
  told(4, ["z", "a", "b"]);
  assert.deepEqual(known(), [4, "zabcd"]);
});

test("a gap begins again with what comes", () => {
  told(0, ["a"]);
  told(5, ["f"]);
  assert.deepEqual(known(), [5, "f"]);
  told(1, ["b"]);
  assert.deepEqual(known(), [1, "b"]);
});

test("another room has another chat", () => {
  told(0, ["a"]);
  told(0, ["b"], "wxyz");
  assert.deepEqual([chat.room, ...known()], ["wxyz", 0, "b"]);
});

test("whoever follows hears of each change, until they stop", () => {
  let heard = 0;
  const stop = chat.follow(() => { heard += 1; });
  told(0, ["a"]);
  chat.look(true);
  chat.look(true);
  stop();
  told(1, ["b"]);
  assert.equal(heard, 2);
  chat.look(false);
});

test("moments are those of this browser's clock", () => {
  view.hear({ unread: 3 }, 100);
  assert.ok(Math.abs(view.date(40).getTime() - (Date.now() - 60_000)) < 5_000);
  assert.equal(view.unread, 3);
  view.forget();
  assert.equal(view.unread, 0);
});

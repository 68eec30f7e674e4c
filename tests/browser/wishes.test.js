// What a page asks for, by how large it shows what is in the room.

import assert from "node:assert/strict";
import { test } from "node:test";

import { smallOnes } from "../../components/browser/wishes.js";

const seen = (id, height, kind = "camera") => ({ tile: { id, kind, slot: 1 }, height });

test("what is shown small needs its small layer alone", () => {
  const small = smallOnes([seen("c", 120), seen("a", 480), seen("b", 200), seen("d", 0)]);
  assert.deepEqual(small, ["b", "c", "d"].map((id) => ({ id, kind: "camera" })));
});

test("a screen is to be read, however small it is shown", () => {
  assert.deepEqual(smallOnes([seen("a", 100, "screen")]), []);
});

// How long a call has been running, as it is written.

import assert from "node:assert/strict";
import { test } from "node:test";

import { length } from "../../components/browser/length.js";

test("a length is in hours where there are any", () => {
  assert.deepEqual([0, 9.9, 65, 600, 3_599, 3_700, 36_000].map(length), ["0:00", "0:09", "1:05", "10:00", "59:59", "1:01:40", "10:00:00"]);
});

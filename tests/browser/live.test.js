// The live part of the dashboard: each test says what is promised.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sorted } from "../../components/browser/live.js";
import { moment } from "../../components/browser/moments.js";

test("those in calls come first, then by name, whatever the case", () => {
  const people = [["Frank", "IDLE"], ["bob", "IN_CALL"], ["Alice", "IN_CALL"], ["ann", "IDLE"], ["Dave", "INCOMING"]];
  const names = sorted(people.map(([name, status]) => ({ name, status }))).map(({ name }) => name);
  assert.deepEqual(names, ["Alice", "bob", "Dave", "ann", "Frank"]);
});

test("a moment of today is a time, another one has its day", () => {
  const now = new Date(), before = new Date(now.getTime() - 3 * 86_400_000);
  now.setHours(9, 5);
  before.setHours(17, 30);
  assert.equal(moment(now), "09:05");
  assert.match(moment(before), /^\D{3} \d{1,2}, 17:30$/);
});

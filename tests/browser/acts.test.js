// What the person does: sent until it is answered, whichever way there is.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { act, sendAgain, sendBy, settle } from "../../components/browser/acts.js";
import { session } from "../../components/browser/session.js";

const call = { act: "call", whom: "b", direct: false };
let sent, said, line;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  [sent, said, line] = [[], [], true];
  sendBy((messages) => line && Boolean(sent.push(...messages)));
  session.say = (name, value) => said.push([name, value.messages]);
});

test("an act goes by the line, and its answer comes back", async () => {
  const answer = act(call);
  assert.equal(sent.length, 1);
  const [{ id, ...message }] = sent;
  assert.deepEqual(message, { type: "act", ...call });
  settle({ type: "done", id });
  assert.deepEqual(await answer, { type: "done", id });
  assert.deepEqual(said, []);
});

test("what was not answered goes again by the next line, as the same act, and what was does not", async () => {
  act(call).catch(() => {});
  const second = act({ act: "put_down", room: "r" });
  const [one, two] = sent.splice(0);
  settle({ type: "done", id: two.id });
  await second;
  sendAgain();
  assert.deepEqual(sent, [one]);
  settle({ type: "done", id: one.id });
  sent.length = 0;
  sendAgain();
  assert.deepEqual(sent, []);
});

test("without a line it goes with a run, again and again", async () => {
  line = false;
  const answer = act(call);
  mock.timers.tick(2_000);
  assert.equal(said.length, 2);
  assert.deepEqual(said[0], said[1]);
  const [name, [{ id }]] = said[0];
  assert.equal(name, "acts");
  settle({ type: "refused", id, code: "busy", message: "Bob is in another call." });
  assert.equal((await answer).type, "refused");
  mock.timers.tick(10_000);
  assert.equal(said.length, 2);
});

test("an answer to an act that is not waited for is no error", () => {
  settle({ type: "done", id: "of another page" });
});

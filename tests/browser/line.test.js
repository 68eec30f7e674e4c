// The line to the server: each test says what is promised. The page and its WebSockets are made up here.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

class Socket extends EventTarget {
  static OPEN = 1;
  static all = [];
  readyState = 0;
  sent = [];

  constructor(url) {
    super();
    this.url = String(url);
    Socket.all.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text).type);
  }

  opens() {
    this.readyState = Socket.OPEN;
    this.onopen();
    this.hears({ type: "welcome", version: 1 });
  }

  hears(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  close() {
    this.readyState = 3;
    this.onclose?.({ code: 1006 });
  }
}

const page = Object.assign(new EventTarget(), { hidden: false, baseURI: "http://localhost/", querySelector: () => null });
const tab = new EventTarget();
mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
Object.assign(globalThis, {
  window: tab, document: page, WebSocket: Socket, fetch: async () => ({ ok: true }),
  MutationObserver: class { observe() {} disconnect() {} },
});
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
const { line } = await import("../../components/browser/line.js");
const { session } = await import("../../components/browser/session.js");

function last() {
  return Socket.all.at(-1);
}

beforeEach(() => {
  line.close();
  page.hidden = false;
  Socket.all = [];
  Object.assign(session.drawn, { push: true, heard: true, token: "t", version: 1, page: "p" });
  line.follow();
  last().opens();
});

test("who the tab is and what it has drawn is said first", () => {
  assert.deepEqual(last().sent.slice(0, 2), ["hello", "ping"]);
});

for (const [name, wakes] of Object.entries({
  "a page that is shown again": () => page.dispatchEvent(new Event("visibilitychange")),
  "a page that comes out of the cache": () => tab.dispatchEvent(new Event("pageshow")),
  "a tab that was frozen": () => page.dispatchEvent(new Event("resume")),
  "a network that has changed": () => tab.dispatchEvent(new Event("online")),
  "a computer that has slept": () => {
    mock.timers.setTime(Date.now() + 60_000);
    mock.timers.tick(1_000);
  },
})) {
  test(`${name} leaves a line that is silent for another one, within two seconds`, () => {
    last().hears({ type: "pong" });
    wakes();
    assert.equal(last().sent.at(-1), "ping");
    mock.timers.tick(1_900);
    assert.equal(Socket.all.length, 1);
    mock.timers.tick(200);
    assert.equal(Socket.all.length, 2);
  });

  test(`${name} keeps a line that answers`, () => {
    last().hears({ type: "pong" });
    wakes();
    last().hears({ type: "pong" });
    mock.timers.tick(3_000);
    assert.equal(Socket.all.length, 1);
  });
}

test("a tab that nobody looks at waits", () => {
  last().hears({ type: "pong" });
  page.hidden = true;
  page.dispatchEvent(new Event("resume"));
  mock.timers.tick(2_500);
  assert.equal(Socket.all.length, 1);
});

test("another server counts from the beginning", () => {
  const said = [];
  session.say = (name, value) => said.push([name, value]);
  session.drawn.version = 500;
  last().hears({ type: "changed", version: 501 });
  session.drawn.version = 501;
  last().close();
  mock.timers.tick(1_000);
  session.drawn.version = 3;
  last().opens();
  last().hears({ type: "pong" });
  line.follow();
  mock.timers.tick(3_500);
  assert.deepEqual(said.filter(([name]) => name === "changed"), [["changed", 501]]);
});

test("a run is asked for once for what is new, and again where it was lost", () => {
  const said = [];
  session.say = (name, value) => said.push([name, value]);
  last().hears({ type: "changed", version: 1 });
  assert.deepEqual(said, []);
  last().hears({ type: "changed", version: 2 });
  last().hears({ type: "changed", version: 3 });
  assert.deepEqual(said, [["changed", 2]]);
  mock.timers.tick(2_000);
  assert.deepEqual(said, [["changed", 2], ["changed", 3]]);
  session.drawn.version = 3;
  mock.timers.tick(4_000);
  assert.equal(said.length, 2);
});

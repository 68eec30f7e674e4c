// The chat of a room: what was said, and a field to say more. It is drawn as messages come, without a run of the script.

import { act } from "./acts.js";
import { find } from "./find.js";
import { chat } from "./messages.js";
import { moment } from "./moments.js";
import { tellRefusal } from "./refusal.js";
import { view } from "./view.js";

const NEAR = 40;  // px; who is so near to the last message follows what comes

/**
 * What somebody has begun to write, by the room: it is there again when they come back to the page.
 * @type {Map<string, string>}
 */
const drafts = new Map();

/** @type {WeakMap<HTMLElement, Panel>} */
const panels = new WeakMap();

/**
 * @typedef {{ room: string, longest: number }} Data the code of the room, and how many characters a message may have
 * @param {Component<Data>} component
 */
export default function show({ data, parentElement }) {
  const panel = panels.get(parentElement) ?? new Panel(parentElement);
  panels.set(parentElement, panel);
  panel.open(data);
  return () => panel.close();
}

class Panel {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.room = "";
    this.first = this.count = this.read = 0;
    this.log = find(this.parent, "[role=log]");
    this.earlier = /** @type {HTMLButtonElement} */ (find(this.parent, ".chat-earlier"));
    this.field = /** @type {HTMLTextAreaElement} */ (find(this.parent, "textarea"));
    this.problem = find(this.parent, ".chat-problem");
    this.earlier.onclick = () => { this.earlier.disabled = true; chat.earlier(); };
    this.field.onkeydown = (event) => this.press(event);
    this.field.oninput = () => { drafts.set(this.room, this.field.value); };
    const form = /** @type {HTMLFormElement} */ (find(this.parent, "form"));
    form.onsubmit = (event) => { event.preventDefault(); this.say(); };
    form.hidden = false;  // before this module is here, what one writes would be lost
    this.watch = new IntersectionObserver(() => this.look());
    this.watch.observe(this.log);
    this.onlook = () => this.look();
    document.addEventListener("visibilitychange", this.onlook);
    this.stops = [chat.follow(() => this.draw()), view.follow(() => this.look())];
  }

  /** @param {Data} data */
  open({ room, longest }) {
    this.field.maxLength = longest;
    if (room !== this.room) {
      this.room = room;
      this.read = this.count = 0;
      this.field.value = drafts.get(room) ?? "";
    }
    this.draw();
  }

  close() {
    this.watch.disconnect();
    document.removeEventListener("visibilitychange", this.onlook);
    this.stops.forEach((stop) => stop());
    chat.look(false);
    panels.delete(this.parent);
  }

  draw() {
    const { first, messages } = chat.room === this.room ? chat : { first: 0, messages: [] };
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    const follows = scrollHeight - clientHeight - scrollTop < NEAR;
    find(this.parent, ".chat-empty").hidden = messages.length > 0;
    this.earlier.hidden = first === 0;
    if (first > this.first || first + messages.length < this.first + this.count || !this.count) this.write(messages);
    else this.add(first, messages);
    if (first < this.first) this.log.scrollTop = scrollTop + this.log.scrollHeight - scrollHeight;
    else if (follows) this.log.scrollTop = this.log.scrollHeight;
    Object.assign(this, { first, count: messages.length });
    this.look();
  }

  /**
   * All of it.
   * @param {Message[]} messages
   */
  write(messages) {
    this.earlier.disabled = false;
    this.log.querySelectorAll(".chat-message").forEach((line) => line.remove());
    this.log.append(...messages.map(written));
  }

  /**
   * What is new at both ends. What is there already stays, and with it what one has selected in it.
   * @param {number} first
   * @param {Message[]} messages
   */
  add(first, messages) {
    const before = this.first - first;
    this.earlier.disabled = false;
    this.earlier.after(...messages.slice(0, before).map(written));
    this.log.append(...messages.slice(before + this.count).map(written));
  }

  // What is on the screen is read.
  look() {
    const seen = !document.hidden && this.log.checkVisibility({ visibilityProperty: true });
    chat.look(seen);
    const count = chat.first + chat.messages.length;
    if (!seen || !view.unread || chat.room !== this.room || count <= this.read) return;
    this.read = count;
    act({ act: "read", room: this.room, count });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.say();
  }

  async say() {
    const { room, field } = this, text = field.value;
    if (!text.trim() || field.readOnly) return;
    field.readOnly = true;
    tellRefusal(this.problem);
    const answer = await act({ act: "say", room, text });
    field.readOnly = false;
    tellRefusal(this.problem, answer);
    if (answer.type === "refused") return;
    drafts.delete(room);
    if (this.room === room) field.value = "";
    this.log.scrollTop = this.log.scrollHeight;
  }
}

/**
 * @param {Message} message
 * @returns {HTMLElement}
 */
function written({ name, text, at }) {
  const line = Object.assign(document.createElement("p"), { className: "chat-message" }), date = view.date(at);
  const time = Object.assign(document.createElement("time"), { textContent: moment(date), dateTime: date.toISOString() });
  line.append(Object.assign(document.createElement("b"), { textContent: name }), " ", time);
  line.append(Object.assign(document.createElement("span"), { textContent: text }));
  return line;
}

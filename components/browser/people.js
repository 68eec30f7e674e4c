// People online: a row for each, with a button to call them; those who are free first. It is drawn as they come and go, without
// a run of the script. A row that is out of sight costs nothing (CSS Containment, `content-visibility`).

import { act } from "./acts.js";
import { find } from "./find.js";
import { presence } from "./presence.js";
import { tellRefusal } from "./refusal.js";

const STATES = { IDLE: "available", OUTGOING: "calling", INCOMING: "ringing", IN_CALL: "in a call" };
const AWAY = "reconnecting";
const MANY = 8;  // people; from here on one may search, and the list scrolls by itself
const NOBODY = "Nobody else is here yet. Open a new room and share its link, or wait: people appear here at once.";
const NOT_FOUND = "Nobody of that name is here.";

/** @type {WeakMap<HTMLElement, List>} */
const lists = new WeakMap();

/**
 * @typedef {{ me: string, direct: boolean }} Data who this is, and whether calls are to be direct
 * @param {Component<Data>} component
 */
export default function people({ data, parentElement }) {
  const list = lists.get(parentElement) ?? new List(parentElement);
  lists.set(parentElement, list);
  list.data = data;
  list.draw();
  return () => list.end();
}

class List {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    /** @type {Data} */
    this.data = { me: "", direct: false };
    this.parent = parent;
    this.list = find(this.parent, "ul");
    this.search = /** @type {HTMLInputElement} */ (find(this.parent, "input"));
    this.problem = find(this.parent, ".people-problem");
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    this.search.oninput = () => this.draw();
    this.end = presence.follow(() => this.draw());
  }

  draw() {
    const all = presence.others(this.data.me), wanted = this.search.value.trim().toLocaleLowerCase();
    const found = all.filter(([, { name }]) => name.toLocaleLowerCase().includes(wanted));
    this.search.hidden = all.length < MANY && !wanted;
    this.list.classList.toggle("people-many", all.length >= MANY);
    const empty = presence.version === null || found.length ? "" : all.length ? NOT_FOUND : NOBODY;
    find(this.parent, ".people-empty").textContent = empty;
    this.place(found);
  }

  /**
   * The rows of these people in this order. A row that stays where it is is not touched.
   * @param {[string, Person][]} found
   */
  place(found) {
    const stays = new Set(found.map(([who]) => who));
    for (const [who, row] of [...this.rows]) if (!stays.has(who)) this.remove(who, row);
    let next = this.list.firstElementChild;
    for (const [who, person] of found) {
      const row = this.rows.get(who) ?? this.made(who);
      write(row, person);
      if (row === next) next = next.nextElementSibling;
      else move(this.list, row, next);
    }
  }

  /**
   * @param {string} who
   * @param {HTMLElement} row
   */
  remove(who, row) {
    row.remove();
    this.rows.delete(who);
  }

  /** @param {string} who */
  made(who) {
    const row = document.createElement("li"), button = document.createElement("button");
    for (const className of ["people-name", "people-state"]) {
      row.append(Object.assign(document.createElement("span"), { className }));
    }
    button.type = "button";
    button.onclick = () => this.call(who, button);
    row.append(button);
    this.rows.set(who, row);
    return row;
  }

  /**
   * @param {string} whom
   * @param {HTMLButtonElement} button
   */
  async call(whom, button) {
    button.disabled = true;
    tellRefusal(this.problem);
    const answer = await act({ act: "call", whom, direct: this.data.direct });
    button.disabled = false;
    tellRefusal(this.problem, answer);
  }
}

/**
 * `moveBefore` keeps the focus of a row that moves (MDN); where a browser lacks it, the focus is set again.
 * @param {HTMLElement} list
 * @param {HTMLElement} row
 * @param {Element | null} next
 */
function move(list, row, next) {
  if (row.isConnected && "moveBefore" in list) return list.moveBefore(row, next);
  const focused = row.querySelector("button:focus");
  list.insertBefore(row, next);
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
}

/**
 * @param {HTMLElement} row
 * @param {Person} person
 */
function write(row, { name, status, connected }) {
  const kind = connected ? status : "AWAY", state = connected ? STATES[status] : AWAY;
  if (row.dataset.name === name && row.dataset.state === kind) return;
  Object.assign(row.dataset, { name, state: kind });
  [name, state, `Call ${name}`].forEach((text, i) => { /** @type {Element} */ (row.children[i]).textContent = text; });
}

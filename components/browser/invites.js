// Who can be asked to come into the room: two by one press, the others by a second one. Drawn as people come and go.

import { act } from "./acts.js";
import { find } from "./find.js";
import { isFree, presence } from "./presence.js";
import { tellRefusal } from "./refusal.js";
import { view } from "./view.js";

const AT_HAND = 2;

/** @type {WeakMap<HTMLElement, Invites>} */
const drawn = new WeakMap();

/**
 * @typedef {{ act: "invite" | "cancel_invite", whom: string, label: string }} Offer
 * @param {Component<unknown>} component
 */
export default function invites({ parentElement }) {
  const offers = drawn.get(parentElement) ?? new Invites(parentElement);
  drawn.set(parentElement, offers);
  offers.draw();
  return () => offers.end();
}

class Invites {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.problem = find(this.parent, ".invites-problem");
    const stops = [presence, view].map((data) => data.follow(() => this.draw()));
    this.end = () => stops.forEach((stop) => stop());
  }

  draw() {
    if (!view.room || !view.me) return;
    const { most, full, invited } = view.room, me = view.me.id, mine = invited.filter(({ by }) => by === me);
    const free = presence.others(me).filter(([, person]) => isFree(person)).map(([whom, { name }]) => inviting(whom, name));
    this.place(find(this.parent, ".invites-at-hand"), [...mine.map(takingBack), ...free.slice(0, AT_HAND)]);
    this.place(find(this.parent, ".invites-others"), free.slice(AT_HAND));
    find(this.parent, "details").hidden = free.length <= AT_HAND;
    find(this.parent, ".invites-full").textContent = full && free.length ? `This room is full: it holds ${most}.` : "";
  }

  /**
   * A button that stays keeps its place and the focus.
   * @param {HTMLElement} parent
   * @param {Offer[]} offers
   */
  place(parent, offers) {
    const before = [...parent.querySelectorAll("button")], kept = new Map(before.map((one) => [one.dataset.does, one]));
    const buttons = offers.map((offer) => {
      const does = `${offer.act} ${offer.whom}`, button = kept.get(does) ?? document.createElement("button");
      button.dataset.does = does;
      return this.write(button, offer);
    });
    if (buttons.length === before.length && buttons.every((button, i) => button === before[i])) return;
    const focused = before.find((button) => button.matches(":focus"));
    parent.replaceChildren(...buttons);
    if (focused?.isConnected) focused.focus({ preventScroll: true });
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {Offer} offer
   */
  write(button, { label, ...what }) {
    Object.assign(button, { type: "button", textContent: label, disabled: view.room?.full && what.act === "invite" });
    button.onclick = async () => {
      button.disabled = true;
      tellRefusal(this.problem);
      tellRefusal(this.problem, await act(what));
      this.draw();
    };
    return button;
  }
}

/**
 * @param {string} whom
 * @param {string} name
 * @returns {Offer}
 */
function inviting(whom, name) {
  return { act: "invite", whom, label: `Invite ${name}` };
}

/**
 * @param {{ id: string, name: string }} invited
 * @returns {Offer}
 */
function takingBack({ id, name }) {
  return { act: "cancel_invite", whom: id, label: `Cancel invite to ${name}` };
}

// The live part of the dashboard: how many are here, in rooms and ringing, and everybody with status and company.

import { find } from "./find.js";
import { moment } from "./moments.js";
import { overview } from "./overview.js";
import { view } from "./view.js";

const STATES = { IDLE: "Available", OUTGOING: "Calling", INCOMING: "Ringing", IN_CALL: "In a call" };
const SHOWN = 200;  // people; of more, the others are counted
const NOBODY = "Nobody is here. People appear as soon as they enter the lobby.";

const order = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

/**
 * @param {Component<unknown>} component
 */
export default function live({ parentElement }) {
  const draw = () => { if (overview.told) write(parentElement, overview.told); };
  draw();
  return overview.follow(draw);
}

/**
 * Those in calls first, then by name.
 * @param {Overview["people"]} people
 */
export function sorted(people) {
  const idle = (/** @type {{ status: Status }} */ { status }) => Number(status === "IDLE");
  return people.toSorted((one, other) => idle(one) - idle(other) || order.compare(one.name, other.name));
}

/**
 * @param {HTMLElement} parent
 * @param {Overview} told
 */
function write(parent, { people, rooms, ringing }) {
  const numbers = { ".live-people": people.length, ".live-rooms": rooms, ".live-ringing": ringing };
  for (const [selector, number] of Object.entries(numbers)) find(parent, selector).textContent = String(number);
  find(parent, "table").hidden = people.length === 0;
  find(parent, "tbody").replaceChildren(...sorted(people).slice(0, SHOWN).map(row));
  const more = people.length - SHOWN;
  find(parent, ".live-more").textContent = people.length === 0 ? NOBODY : more > 0 ? `and ${more} more` : "";
}

/** @param {Overview["people"][number]} person */
function row({ name, status, connected, since, company }) {
  const line = document.createElement("tr"), state = connected ? STATES[status] : "Reconnecting";
  for (const text of [name, state, company.join(", "), moment(view.date(since))]) {
    line.append(Object.assign(document.createElement("td"), { textContent: text }));
  }
  return line;
}

// Everybody in the room, oneself first, with what they send, and who is being rung for it. Drawn as it changes.

import { find } from "./find.js";
import { view } from "./view.js";

const OWN_MARK = "(you)";

/**
 * @typedef {{ id: string, kind: string, name: string, marks: [icon: string, text: string][] }} Badge
 */

/**
 * @param {Component<unknown>} component
 */
export default function roster({ parentElement }) {
  const list = find(parentElement, "ul");
  const draw = () => place(list, view.room ? badges(view.room) : []);
  draw();
  return view.follow(draw);
}

/**
 * @param {Room} room
 * @returns {Badge[]}
 */
function badges({ people, invited, speaks }) {
  const here = people.map((person) => {
    return { id: person.id, kind: person.id === speaks ? "speaks" : "here", name: called(person), marks: sends(person) };
  });
  /** @type {Badge[]} */
  const rung = invited.map(({ id, name }) => ({ id, kind: "rung", name, marks: [["ring_volume", "ringing"]] }));
  return [...here, ...rung];
}

/** @param {Member} person */
function called({ id, name }) {
  return id === view.me?.id ? `${name} ${OWN_MARK}` : name;
}

/**
 * What is to be known of what somebody sends.
 * @param {Member} person
 * @returns {[string, string][]}
 */
function sends({ microphone, camera, connected }) {
  if (!connected) return [["wifi_off", "reconnecting"]];
  /** @type {[string, string][]} */
  const marks = [];
  if (!microphone) marks.push(["mic_off", "muted"]);
  if (!camera) marks.push(["videocam_off", "camera off"]);
  return marks;
}

/**
 * A badge that is as it was is not touched: a screen reader would read it again.
 * @param {HTMLElement} list
 * @param {Badge[]} wanted
 */
function place(list, wanted) {
  const drawn = [...list.children].map((item) => /** @type {HTMLElement} */ (item).dataset.as);
  wanted.forEach((one, i) => {
    const as = JSON.stringify(one);
    if (drawn[i] === as) return;
    const item = written(one, as);
    if (list.children[i]) list.children[i].replaceWith(item);
    else list.append(item);
  });
  while (list.children.length > wanted.length) list.lastElementChild?.remove();
}

/**
 * @param {Badge} badge
 * @param {string} as
 */
function written({ kind, name, marks }, as) {
  const item = document.createElement("li");
  Object.assign(item.dataset, { as, kind });
  item.append(name);
  for (const [icon, text] of marks) {
    item.append(" · ", Object.assign(document.createElement("i"), { ariaHidden: "true", textContent: icon }), ` ${text}`);
  }
  return item;
}

// Who is here: what the server tells of it, added up. `people` messages are in docs/protocol.md.

import { followers } from "./followers.js";

const { tell, follow } = followers();

const order = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

/** @param {Person} person */
export function isFree({ status, connected }) {
  return status === "IDLE" && connected;
}

export const presence = {
  follow,

  /**
   * The version of what is known; null while nothing is.
   * @type {number | null}
   */
  version: null,

  /**
   * By their ids.
   * @type {Map<string, Person>}
   */
  here: new Map(),

  /**
   * Whether it fits what is known; where it does not, all of it has to be asked for.
   * @param {People} people
   */
  hear(people) {
    if (people.since === null) this.here = new Map();
    else if (this.version === null || people.since > this.version) return false;
    else if (people.version <= this.version) return true;  // it is known already
    for (const [who, person] of Object.entries(people.here)) this.here.set(who, person);
    for (const who of people.gone) this.here.delete(who);
    this.version = people.version;
    tell();
    return true;
  },

  /**
   * Everybody but this one, those who are free first, by name.
   * @param {string} me
   * @returns {[string, Person][]}
   */
  others(me) {
    return [...this.here]
      .filter(([who]) => who !== me)
      .sort(([, one], [, other]) => Number(isFree(other)) - Number(isFree(one)) || order.compare(one.name, other.name));
  },

  forget() {
    this.version = null;
    this.here = new Map();
    tell();
  },
};

// Those who want to hear of each change of something.

export function followers() {
  /** @type {Set<() => void>} */
  const all = new Set();
  return {
    tell: () => all.forEach((hear) => hear()),

    /**
     * Have `hear` called after each change; returns how to stop.
     * @param {() => void} hear
     * @returns {() => void}
     */
    follow(hear) {
      all.add(hear);
      return () => { all.delete(hear); };
    },
  };
}

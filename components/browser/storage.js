// What the browser keeps for this tab, across reloads, and for every tab of Parley. Where it blocks a page's storage, each use
// of it throws (HTML Standard, 12.2.2: SecurityError): such a page gets a storage that lasts as long as the page. It forgets
// who it was when it is reloaded, and works.

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Kept */

export const tabStorage = open("sessionStorage");
export const browserStorage = open("localStorage");

/**
 * @param {"sessionStorage" | "localStorage"} name
 * @returns {Kept}
 */
function open(name) {
  try {
    window[name].getItem("");
    return window[name];
  } catch {
    return forgetful();
  }
}

/** @returns {Kept} */
function forgetful() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => { kept.set(key, value); },
    removeItem: (key) => { kept.delete(key); },
  };
}

/**
 * An element of a component's own HTML, which has one for the selector.
 * @param {HTMLElement} parent
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function find(parent, selector) {
  return /** @type {HTMLElement} */ (parent.querySelector(selector));
}

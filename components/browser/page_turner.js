// Opens the page that the server asks for, by one of the hidden links that it draws. And holds every page that is opened,
// also by the person's own click, for a moment: what a browser asks for before it has heard that the page is turned still
// names the page before, and turns it back.
const LOOK_EVERY = 200, CALM_LOOKS = 5;  // ms, and how many looks in a row have to find the page open
const OWN_LINKS = "[data-testid=stTopNavLink], [data-testid=stSidebarNavLink]";

/** @type {string | null} */
let turning = null;
/** @type {number | undefined} */
let timer;
let finish = () => {};

/**
 * @param {Component<{ to: string | null, path: string | null, turn: string }>} component which page is to be opened, and at
 *   which path, relative to the page's base; `turn` tells this turn from every other
 */
export default function pageTurner({ data, setStateValue }) {
  if (data.turn === turning) return;
  turning = data.turn;
  if (!data.to || !data.path) return;
  const { to, turn } = data, path = new URL(data.path, document.baseURI).pathname;
  finish = () => { finish = () => {}; setStateValue("done", turn); };
  hold(path, () => document.querySelector(`.st-key-turn-to-${to} a`));
}

/**
 * @param {string} path
 * @param {() => HTMLElement | null | undefined} link
 */
function hold(path, link) {
  let calm = 0;
  const look = () => {
    calm = location.pathname === path ? calm + 1 : 0;
    if (!calm) link()?.click();
    if (calm < CALM_LOOKS) return;
    clearInterval(timer);
    finish();
  };
  clearInterval(timer);
  timer = setInterval(look, LOOK_EVERY);
  look();
}

// Where the person goes instead, the page that was being opened is not held any more.
document.addEventListener("click", ({ isTrusted, target }) => {
  const link = isTrusted && target instanceof Element ? target.closest(OWN_LINKS) : null;
  const path = link instanceof HTMLAnchorElement && link.pathname;
  if (!path) return;
  clearInterval(timer);
  setTimeout(() => hold(path, () => ownLinks().find((one) => one.pathname === path)), LOOK_EVERY);
}, true);

/** @returns {HTMLAnchorElement[]} */
function ownLinks() {
  return [...document.querySelectorAll(OWN_LINKS)].filter((link) => link instanceof HTMLAnchorElement);
}

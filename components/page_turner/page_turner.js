// Opens the page that the server asks for, by one of the hidden links that it draws. And holds every page that is opened,
// also by the person's own click, for a moment: what a browser asks for before it has heard that the page is turned still
// names the page before, and turns it back.
const LOOK_EVERY = 200, CALM_LOOKS = 5;  // ms, and how many looks in a row have to find the page open
const OWN_LINKS = "[data-testid=stTopNavLink], [data-testid=stSidebarNavLink]";

let turning = null, timer = null, finish = () => {};

export default function pageTurner({ data, setStateValue }) {
  if (data.turn === turning) return;
  turning = data.turn;
  if (!data.to) return;
  const { to, turn } = data, path = new URL(data.path, document.baseURI).pathname;
  finish = () => { finish = () => {}; setStateValue("done", turn); };
  hold(path, () => document.querySelector(`.st-key-turn-to-${to} a`));
}

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
  const path = isTrusted && target.closest(OWN_LINKS)?.pathname;
  if (!path) return;
  clearInterval(timer);
  setTimeout(hold, LOOK_EVERY, path, () => [...document.querySelectorAll(OWN_LINKS)].find((a) => a.pathname === path));
}, true);

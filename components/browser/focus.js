// Streamlit draws the page of the next run; what was pressed is often not on it, and the browser gives the focus to the body:
// at a keyboard or a screen reader one begins again at the top of the page. So the focus is put at what one would read or
// press next. Only where it is lost, and for as long as the page may still change by itself.

const LOOK_EVERY = 100, LOOKS = 50;  // ms, and how many: the room's page opens within a few seconds
const PRESSED_WITHIN = 5_000;  // ms; a camera that goes on or off later does so by itself

/**
 * @typedef {{ place: string | null, camera: boolean, headings: string[], buttons: string[] }} Data where one is, or null while
 *   the page arrives; whether the camera is on; and what to look for when one of them changes, as CSS selectors
 */

/** @type {Data} */
let before = { place: null, camera: false, headings: [], buttons: [] };
/** @type {number | undefined} */
let timer;
let pressed = -Infinity;

/** @param {Component<Data>} component */
export default function focus({ data }) {
  if (data.place === null) return;
  if (before.place !== null) {
    if (data.place !== before.place) settle(data.headings);
    else if (data.camera !== before.camera && performance.now() - pressed < PRESSED_WITHIN) settle(data.buttons);
  }
  before = data;
}

/** @param {string[]} selectors */
function settle(selectors) {
  let looks = LOOKS;
  clearInterval(timer);
  timer = setInterval(() => {
    looks -= 1;
    if (looks === 0) clearInterval(timer);
    if (document.activeElement === document.body) put(selectors);
  }, LOOK_EVERY);
}

/** @param {string[]} selectors */
function put(selectors) {
  const found = selectors.map((selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector)));
  const target = found.find((element) => element?.checkVisibility({ visibilityProperty: true }));
  if (!target) return;
  if (!target.matches("button")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

// Who presses a key or the pointer has the focus where they want it.
for (const event of ["keydown", "pointerdown"]) {
  window.addEventListener(event, () => {
    pressed = performance.now();
    clearInterval(timer);
  }, true);
}

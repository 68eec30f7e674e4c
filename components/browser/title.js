// The page's title says who calls, also from a tab in the background. Streamlit writes its own at every run, which is kept
// for when it rings no more.

let plain = "";
/** @type {string | null} */
let said = null;
/** @type {string | null} */
let wanted = null;
const watch = new MutationObserver(write);

/** @param {string | null} text instead of the page's own title */
export function entitle(text) {
  wanted = text;
  write();
}

function write() {
  if (document.title !== said) plain = document.title;
  if (wanted !== null) {
    if (said === null) watch.observe(document.head, { subtree: true, childList: true, characterData: true });
    if (document.title !== wanted) document.title = said = wanted;
  } else if (said !== null) {
    watch.disconnect();
    said = null;
    document.title = plain;
  }
}

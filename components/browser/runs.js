// The runs of the script and the connection that they are drawn over, as Streamlit writes them on the page. Where it does
// not, none is seen.

const SETTLE_WITHIN = 50;  // ms for what a run has brought to reach the components, once it is over

const states = new MutationObserver(look);
/** @type {HTMLElement | null} */
let app = null;
let connected = true;
/** @type {(change: { returned: boolean }) => void} */
let tell = () => {};

export function isRunning() {
  return ["running", "rerunRequested"].includes(app?.dataset.testScriptState ?? "");
}

/**
 * @param {(change: { returned: boolean }) => void} callback called after each change; `returned` is whether the connection
 *   has just come back
 */
export function followRuns(callback) {
  tell = callback;
  const found = /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"));
  if (found === app) return;
  app = found;
  states.disconnect();
  if (app) states.observe(app, { attributeFilter: ["data-test-script-state", "data-test-connection-state"] });
}

function look() {
  const before = connected;
  connected = app?.dataset.testConnectionState === "CONNECTED";
  const returned = connected && !before;
  if (returned) tell({ returned });
  setTimeout(() => tell({ returned: false }), SETTLE_WITHIN);
}

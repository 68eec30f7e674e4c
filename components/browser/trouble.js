// Why a device or a picture cannot be had, for as long as one may read it.

const SAID_FOR = 10_000;  // ms
const WORDS = /** @type {Record<string, string>} */ ({
  NotAllowedError: "The browser did not allow it.",
  NotFoundError: "No such device was found.",
  NotReadableError: "The device is in use by another program.",
});

/** @type {WeakMap<HTMLElement, ReturnType<typeof setTimeout>>} */
const timers = new WeakMap();

/**
 * Do it, and say in a line what went wrong.
 * @param {HTMLElement} line is an alert, and hidden while it is empty
 * @param {() => unknown} doing
 */
export async function attempt(line, doing) {
  clearTimeout(timers.get(line));
  line.textContent = "";
  try {
    await doing();
  } catch (error) {
    line.textContent = inWords(/** @type {Error} */ (error));
    timers.set(line, setTimeout(() => { line.textContent = ""; }, SAID_FOR));
  }
}

/** @param {Error} error one of ours is in words already */
function inWords({ name, message }) {
  return name === "Error" ? message : WORDS[name] ?? `This did not work (${name}).`;
}

// A button that puts a text on the clipboard, and says so.

const KEYS = /Mac|iP/.test(navigator.platform) ? "⌘C" : "Ctrl+C";

/**
 * @param {Component<{ label: string, text: string }>} component
 */
export default function copyButton({ data, parentElement }) {
  const button = /** @type {HTMLButtonElement} */ (parentElement.querySelector("button"));
  const field = /** @type {HTMLInputElement} */ (parentElement.querySelector("input"));
  button.textContent = data.label;
  button.onclick = async () => {
    button.textContent = await copy(data.text, field) ? "Copied" : `Press ${KEYS} to copy`;
    setTimeout(() => { button.textContent = data.label; }, 2_000);
  };
}

/**
 * The clipboard needs a secure context; without one, the text is selected for the person's own hand.
 * @param {string} text
 * @param {HTMLInputElement} field
 */
async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field.hidden = false;
    field.value = text;
    field.select();
    return false;
  }
}

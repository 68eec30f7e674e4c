// A button that puts a text on the clipboard, and says so.
const KEYS = /Mac|iP/.test(navigator.platform) ? "⌘C" : "Ctrl+C";

export default function copyButton({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = async () => {
    button.textContent = await copy(data.text, parentElement) ? "Copied" : `Press ${KEYS} to copy`;
    setTimeout(() => { button.textContent = data.label; }, 2_000);
  };
}

// The clipboard needs a secure context; without one, the text is selected for the person's own hand.
async function copy(text, parent) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = parent.querySelector("input");
    field.hidden = false;
    field.value = text;
    field.select();
    return false;
  }
}

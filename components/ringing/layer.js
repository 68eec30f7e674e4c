// Where the dialog is: in the browser's top layer, above whatever else is on the page. A z-index would not do: Streamlit fades
// what a run has not drawn yet, and in an element that is not opaque every z-index is trapped (CSS Color, section 3.2).
//
// The own preview is an iframe, which must not move in the document, so it is shown in the top layer as well, over the gap in
// the dialog. A modal dialog would make it inert, with the buttons to mute oneself before one answers. So the dialog is not
// modal, and has two keys of its own: Escape, which does what is written there, and Tab, which leads into it. Whoever is
// typing when it rings goes on typing, and loses no letter.

const layer = {
  dialog: null, before: null,  // what had the focus

  open(dialog) {
    if (this.dialog) return;
    Object.assign(this, { dialog, before: document.activeElement });
    dialog.showPopover();
    if (!this.before?.matches(":read-write")) dialog.focus({ preventScroll: true });
    document.addEventListener("keydown", takeKey, true);
  },

  // The preview's own document hears the keys that are pressed in it.
  showPreview(shows) {
    const preview = document.querySelector(".st-key-preview"), page = preview?.querySelector("iframe")?.contentDocument;
    if (!preview || shows === preview.matches(":popover-open")) return;
    if (shows) {
      preview.popover = "manual";
      preview.showPopover();
    } else {
      preview.popover = null;
    }
    page?.[shows ? "addEventListener" : "removeEventListener"]("keydown", takeEscape, true);
  },

  // The focus goes back to where it was, unless the call begins: then it goes to the room (components/focus).
  close({ answered = false } = {}) {
    const { dialog, before } = this;
    if (!dialog) return;
    const had = dialog.contains(document.activeElement) || document.activeElement === document.body;
    document.removeEventListener("keydown", takeKey, true);
    this.showPreview(false);
    dialog.hidePopover();
    this.dialog = this.before = null;
    if (had && !answered && before?.isConnected) before.focus({ preventScroll: true });
  },
};

function takeKey(event) {
  takeEscape(event);
  if (event.key !== "Tab" || layer.dialog.contains(document.activeElement)) return;
  event.preventDefault();
  layer.dialog.focus();
}

function takeEscape(event) {
  if (event.key !== "Escape" || event.isComposing) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  layer.dialog.querySelector(".ringing-put-down").click();
}

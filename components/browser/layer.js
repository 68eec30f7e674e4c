// Where the dialog is: in the browser's top layer, above whatever else is on the page. A z-index would not do: Streamlit fades
// what a run has not drawn yet, and in an element that is not opaque every z-index is trapped (CSS Color, section 3.2).
//
// The own preview is an iframe, which must not move in the document, so it is shown in the top layer as well, over the gap in
// the dialog. A modal dialog would make it inert, with the buttons to mute oneself before one answers. So the dialog is not
// modal, and has two keys of its own: Escape, which does what is written there, and Tab, which leads into it. Whoever is
// typing when it rings goes on typing, and loses no letter.

export const layer = {
  /** @type {HTMLElement | null} */
  dialog: null,
  /**
   * What had the focus.
   * @type {HTMLElement | null}
   */
  before: null,

  /** @param {HTMLElement} dialog */
  open(dialog) {
    if (this.dialog) return;
    const focused = document.activeElement;
    Object.assign(this, { dialog, before: focused instanceof HTMLElement ? focused : null });
    dialog.showPopover();
    if (!writes(focused)) dialog.focus({ preventScroll: true });
    document.addEventListener("keydown", takeKey, true);
  },

  /**
   * The preview's own document hears the keys that are pressed in it.
   * @param {boolean} shows
   */
  showPreview(shows) {
    const preview = /** @type {HTMLElement | null} */ (document.querySelector(".st-key-preview"));
    if (!preview || shows === preview.matches(":popover-open")) return;
    preview.popover = shows ? "manual" : null;
    if (shows) preview.showPopover();
    preview.querySelectorAll("iframe").forEach(({ contentDocument: page }) => {
      if (shows) page?.addEventListener("keydown", takeEscape, true);
      else page?.removeEventListener("keydown", takeEscape, true);
    });
  },

  // The focus goes back to where it was, unless the call begins: then it goes to the room (components/focus).
  close({ answered = false } = {}) {
    const { dialog, before } = this;
    if (!dialog) return;
    const { activeElement } = document, had = activeElement === document.body || dialog.contains(activeElement);
    document.removeEventListener("keydown", takeKey, true);
    this.showPreview(false);
    dialog.hidePopover();
    this.dialog = this.before = null;
    if (had && !answered) giveBack(before);
  },
};

/** @param {HTMLElement | null} before */
function giveBack(before) {
  if (before?.isConnected) before.focus({ preventScroll: true });
}

/**
 * Whether this is a field that one may be typing in; it may be in a component's own document.
 * @param {Element | null | undefined} element
 * @returns {boolean}
 */
function writes(element) {
  return element?.shadowRoot ? writes(element.shadowRoot.activeElement) : element?.matches(":read-write") ?? false;
}

/** @param {KeyboardEvent} event */
function takeKey(event) {
  takeEscape(event);
  if (event.key !== "Tab" || layer.dialog?.contains(document.activeElement)) return;
  event.preventDefault();
  layer.dialog?.focus();
}

/** @param {KeyboardEvent} event */
function takeEscape(event) {
  if (event.key !== "Escape" || event.isComposing) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  /** @type {HTMLElement | null | undefined} */ (layer.dialog?.querySelector(".ringing-put-down"))?.click();
}

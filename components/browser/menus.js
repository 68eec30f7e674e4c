// Menus are `details` elements that lie over what is below. They close as people expect it of a menu: at a press elsewhere,
// when the focus leaves them, and by Escape, which gives the focus back.

/** @param {HTMLDetailsElement} menu */
export function closesAsMenu(menu) {
  const close = () => { menu.open = false; };
  const elsewhere = (/** @type {Event} */ event) => { if (!event.composedPath().includes(menu)) close(); };
  menu.addEventListener("toggle", () => {
    if (menu.open) document.addEventListener("pointerdown", elsewhere, true);
    else document.removeEventListener("pointerdown", elsewhere, true);
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) close();
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    close();
    menu.querySelector("summary")?.focus();
  });
}

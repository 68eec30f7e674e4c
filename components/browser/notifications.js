// Notifications of the browser's. It asks for the permission only after a click. `Notification.permission` would wait for the
// browser's main process at every look, so it is looked at once, and followed.

/** @type {PermissionStatus | null} */
let status = null;
/** @type {HTMLElement | null} */
let button = null;
let offered = false;

/**
 * @param {HTMLElement} ask is the button that asks for the permission
 * @param {boolean} offers whether it is offered now
 */
export function offerNotifications(ask, offers) {
  button = ask;
  offered = offers;
  ask.onclick = () => Notification.requestPermission();
  show();
}

/**
 * Show one, if that is allowed.
 * @param {string} title
 * @param {NotificationOptions} options
 */
export function notify(title, options) {
  const notice = status?.state === "granted" ? made(title, options) : null;
  if (notice) notice.onclick = () => { window.focus(); notice.close(); };
  return notice;
}

/**
 * Phones' browsers have the class as well, and let only service workers show any (MDN, Notification()). Without permission
 * none is shown, so one can try.
 * @param {string} title
 * @param {NotificationOptions} [options]
 */
function made(title, options) {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}

function show() {
  if (button) button.hidden = status?.state !== "prompt" || !offered;
}

async function look() {
  if (!globalThis.Notification || !window.isSecureContext) return;
  const found = await navigator.permissions.query({ name: "notifications" });
  if (found.state !== "granted" && !made("")) return;
  status = found;
  status.onchange = show;
  show();
}

look();

// What tells of a ring beside the dialog: a tone, the page's title, a notification.

const RINGS = {
  incoming: { every: 3_000, tones: [[[659, 784], 0, 0.3], [[659, 784], 0.4, 0.3]], volume: VOLUME.ring },
  outgoing: { every: 4_000, tones: [[[425], 0, 1]], volume: VOLUME.ringback },
};

const ringer = {
  call: null, direction: null, timer: null, notice: null, hear: null,

  // `hear` is the button to press where the browser wants a gesture first.
  follow(call, hear) {
    Object.assign(this, { call, hear });
    const direction = call && (call.incoming ? "incoming" : "outgoing");
    if (direction === this.direction) return;
    this.stop();
    this.direction = direction;
    if (!direction) return;
    hear.onclick = () => this.sound();
    this.sound();
    this.timer = setInterval(() => this.sound(), RINGS[direction].every);
    if (direction === "incoming") this.notify();
  },

  async sound() {
    const { tones, volume } = RINGS[this.direction];
    const { hear } = this, heard = await voice.play(tones, volume);
    if (heard && hear.matches(":focus")) layer.dialog?.focus();
    hear.hidden = heard;
  },

  notify() {
    if (permission.status?.state !== "granted") return;
    this.notice = notification("Incoming call", { body: `${this.call.name} is calling`, tag: "parley", requireInteraction: true });
    if (this.notice) this.notice.onclick = () => { window.focus(); this.notice?.close(); };
  },

  stop() {
    clearInterval(this.timer);
    voice.stop();
    this.notice?.close();
    Object.assign(this, { direction: null, timer: null, notice: null });
  },
};

// The page title says who calls, also from a tab in the background. Streamlit writes its own at every run, which is kept
// for when it rings no more.

const title = { plain: null, said: null, watch: new MutationObserver(titleBar) };

function titleBar() {
  const said = ringer.call?.incoming ? `${ringer.call.name} is calling` : null;
  if (document.title !== title.said) title.plain = document.title;
  if (said) {
    if (!title.said) title.watch.observe(document.head, { subtree: true, childList: true, characterData: true });
    if (document.title !== said) document.title = title.said = said;
  } else if (title.said) {
    title.watch.disconnect();
    title.said = null;
    document.title = title.plain;
  }
}

// Phones' browsers have the class as well, and let only service workers show any (MDN, Notification()). Without permission
// none is shown, so one can try.
function notification(title, options) {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}

// A browser asks for this permission only after a click. `Notification.permission` would wait for the browser's main
// process at every look, so it is looked at once, and followed.

const permission = {
  status: null, button: null, offered: false,

  async look() {
    if (!globalThis.Notification || !window.isSecureContext) return;
    const status = await navigator.permissions.query({ name: "notifications" });
    if (status.state !== "granted" && !notification("")) return;
    this.status = status;
    this.status.onchange = () => this.show();
    this.show();
  },

  follow(button, offered) {
    Object.assign(this, { button, offered });
    button.onclick = () => Notification.requestPermission();
    this.show();
  },

  show() {
    if (this.button) this.button.hidden = this.status?.state !== "prompt" || !this.offered;
  },
};

permission.look();

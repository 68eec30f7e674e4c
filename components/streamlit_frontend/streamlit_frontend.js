// What Parley changes in Streamlit's own front end, once a page.
// 1. At each run it tells the page that embeds it how things are, in half a dozen messages. Where none does, it tells itself,
//    and looks for milliseconds at where each of them came from. Here it does not hear itself.
// 2. Nobody else can reach its connection to the server. Here the one that it last used is window.parleyStream, and
//    window.parleyStreamHeard is when one last brought something (ms since the epoch).
// 3. Where the browser blocks a page's storage, each use of it throws (HTML Standard, 12.2.2: SecurityError). Here such a page
//    gets a storage in its place that lasts as long as the page: it forgets who it was when it is reloaded, and works.

export default function streamlitFrontend() {}

if (!("parleyStream" in window)) {
  window.parleyStream = null;
  window.addEventListener("message", dropOwn, true);
  watchStream();
  ["sessionStorage", "localStorage"].forEach(replaceBlocked);
}

function replaceBlocked(name) {
  try {
    window[name].getItem("");
  } catch {
    const kept = new Map();
    const storage = {
      getItem: (key) => kept.get(String(key)) ?? null,
      setItem: (key, value) => { kept.set(String(key), String(value)); },
      removeItem: (key) => { kept.delete(String(key)); },
    };
    Object.defineProperty(window, name, { value: storage, configurable: true });
  }
}

function dropOwn(message) {
  if (message.source === window && message.data?.stCommVersion) message.stopImmediatePropagation();
}

function watchStream() {
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (...data) {
    if (this !== window.parleyStream && this.url.includes("/_stcore/stream")) {
      window.parleyStream = this;
      this.addEventListener("message", () => { window.parleyStreamHeard = Date.now(); });
    }
    return send.apply(this, data);
  };
}

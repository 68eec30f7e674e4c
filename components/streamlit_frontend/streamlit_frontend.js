// What Parley changes in Streamlit's own front end, once a page.
// 1. At each run it tells the page that embeds it how things are, in half a dozen messages. Where none does, it tells itself,
//    and looks for milliseconds at where each of them came from. Here it does not hear itself.
// 2. Nobody else can reach its connection to the server. Here the one that it last used is window.parleyStream, and
//    window.parleyStreamHeard is when one last brought something (ms since the epoch).

export default function streamlitFrontend() {}

if (!("parleyStream" in window)) {
  window.parleyStream = null;
  window.addEventListener("message", dropOwn, true);
  watchStream();
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

// Tells the server what only this browser knows of its camera and microphone: whether there are any, whether they may be
// used, why they could not be, and which are switched off. It reads the preview streamer's frame by what the frame shows
// to a screen reader: its alert, and its two toggle buttons by the names that components/preview.py gives them. The alert also
// tells of connections that fail: it counts where getUserMedia has answered with that error (components/webrtc_frontend).

const PREVIEW = ".st-key-preview iframe";
const CAMERA_OFF = "Turn camera on", MICROPHONE_OFF = "Unmute microphone";   // what the toggles offer while off

let report = null, told = "", watched = null, alert = null, errors = 0;
const observer = new MutationObserver(look);
const gone = new WeakSet();
const known = { cameras: null, microphones: null, camera: "prompt", microphone: "prompt" };

export default function devices({ setStateValue }) {
  report = (state) => setStateValue("report", state);
  watch();
  survey();
  return () => { observer.disconnect(); watched = null; };
}

// At first the frame holds an empty page, which nobody has to watch.
document.addEventListener("load", ({ target }) => { if (report && target.matches?.(PREVIEW)) look(); }, true);

async function survey() {
  if (navigator.mediaDevices) {
    const found = await navigator.mediaDevices.enumerateDevices();
    known.cameras = found.filter(({ kind }) => kind === "videoinput").length;
    known.microphones = found.filter(({ kind }) => kind === "audioinput").length;
    navigator.mediaDevices.ondevicechange = survey;
  }
  await Promise.all([permission("camera"), permission("microphone")]);
  look();
}

async function permission(name) {
  try {
    const status = await navigator.permissions.query({ name });
    known[name] = status.state;
    status.onchange = survey;
  } catch {
    known[name] = "prompt";  // Firefox knows no such permission name; getUserMedia will tell
  }
}

function watch() {
  const page = document.querySelector(PREVIEW)?.contentDocument;
  if (!page || page === watched) return;
  watched = page;
  observer.disconnect();
  observer.observe(page, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["aria-label"] });
}

// What is sent: a device that was unplugged has ended, and its connection goes on with nothing.
function sent() {
  const { last } = document.querySelector(PREVIEW)?.contentWindow?.RTCPeerConnection ?? {};
  if (!last || last.connectionState === "closed") return [];
  return last.getSenders().map(({ track }) => track).filter((track) => track);
}

function look() {
  watch();
  const tracks = sent(), ended = tracks.filter((track) => gone.has(track)).map(({ kind }) => kind);
  for (const track of tracks) track.onended = () => { gone.add(track); look(); };  // not for one that is stopped here
  const frame = document.querySelector(PREVIEW)?.contentDocument;
  const shown = frame?.querySelector("[role=alert]") ?? null;
  const named = shown?.textContent.match(/^(\w+Error)/)?.[1];
  const error = named === window.parleyRefused ? named ?? null : null;
  if (error && shown !== alert) errors += 1;
  alert = error ? shown : null;
  const labels = [...(frame?.querySelectorAll("button[aria-label]") ?? [])].map((button) => button.ariaLabel);
  const state = {
    secure: window.isSecureContext,
    ...known,
    error, errors,
    ended,
    cameraOff: labels.includes(CAMERA_OFF) || ended.includes("video"),
    microphoneOff: labels.includes(MICROPHONE_OFF) || ended.includes("audio"),
  };
  const text = JSON.stringify(state);
  if (text === told || known.cameras === null && state.secure) return;
  told = text;
  report(state);
}

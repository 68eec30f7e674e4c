// The dialog of a call that rings. It is a component, and no st.dialog: that one closes and opens again whenever a run of
// the script breaks off the one before, and a click in between is lost.

// One may be invited to the same room twice: it is the deadline that tells one ring from the next, on the screen and in the
// answer, which Streamlit would not hear if it were the same as the last one.

const AGAIN_AFTER = 700, TIMES = 4;  // ms; an answer that changed nothing by then was lost on its way, and is said again
const STEADY = 12;  // px; who moves the pointer further before letting go may have changed their mind

let shown = null, saying = null, pressed = null;

export default function ringing({ data, parentElement, setStateValue }) {
  ringer.follow(data.ring, parentElement.querySelector(".ringing-hear"));
  titleBar();
  chime(data.company);
  permission.follow(parentElement.querySelector(".ringing-notify"), data.offersNotifications);
  follow(parentElement.querySelector(".ringing-dialog"), data, setStateValue);
  return () => { ringer.stop(); layer.close(); };
}

function follow(dialog, { ring, camera, company }, setStateValue) {
  if (!ring) {
    clearInterval(saying);
    layer.close({ answered: company.room !== null });
    shown = null;
    return;
  }
  write(dialog, ring, camera);
  const [putDown, accept] = dialog.querySelectorAll(".ringing-answer button");
  const enable = (enabled) => { putDown.disabled = accept.disabled = !enabled; };
  const answer = (accepts) => {
    let times = 0;
    const say = () => {
      if (times === TIMES) return rest(enable);
      times += 1;
      setStateValue("answer", { room: ring.room, deadline: ring.deadline, accepts, times });
    };
    enable(false);
    clearInterval(saying);
    saying = setInterval(say, AGAIN_AFTER);
    say();
  };
  press(putDown, () => answer(false));
  press(accept, () => {
    // A direct call's answer need not wait for the server (components/direct).
    window.dispatchEvent(new CustomEvent("parley-accept", { detail: ring.room }));
    answer(true);
  });
  layer.open(dialog);
  layer.showPreview(!camera);
  if (shown === ring.deadline) return;
  shown = ring.deadline;
  rest(enable);
  // Cameras and connections start only once it is on the screen who calls: starting them keeps a browser busy.
  requestAnimationFrame(() => setTimeout(() => setStateValue("shown", ring.room)));
}

// Nothing is being answered: the person may, also once more.
function rest(enable) {
  clearInterval(saying);
  enable(true);
}

// A browser forgets a click when the page is laid out anew between pressing and letting go, as it is while cameras start.
// So it is enough to let go where one has pressed; the click that may follow finds the button disabled.
function press(button, act) {
  button.onclick = act;
  button.onpointerdown = ({ isPrimary, button: which, clientX, clientY }) => {
    pressed = isPrimary && which === 0 ? { button, clientX, clientY } : null;
  };
}

function letGo({ type, clientX, clientY }) {
  const from = pressed;
  pressed = null;
  if (type !== "pointerup" || !from || from.button.disabled) return;
  if (Math.hypot(clientX - from.clientX, clientY - from.clientY) < STEADY) from.button.onclick();
}

for (const event of ["pointerup", "pointercancel"]) window.addEventListener(event, letGo, true);

function write(dialog, { incoming, name }, camera) {
  dialog.querySelector("h2").textContent = incoming ? "Incoming call" : "Outgoing call";
  dialog.querySelector("#ringing-who").textContent = incoming ? `${name} is calling` : `Calling ${name}…`;
  dialog.querySelector(".ringing-preview").textContent = camera;
  const [putDown, accept] = dialog.querySelectorAll(".ringing-answer button");
  putDown.textContent = incoming ? "Decline" : "Cancel";
  accept.hidden = !incoming;
  dialog.querySelector(".ringing-key").textContent = `Esc ${incoming ? "declines" : "cancels"}`;
}

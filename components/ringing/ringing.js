// The dialog of a call that rings. It is a component, and no st.dialog: that one closes and opens again whenever a run of
// the script breaks off the one before, and a click in between is lost.

// One may be invited to the same room twice: it is the deadline that tells one ring from the next, on the screen and in the
// answer, which Streamlit would not hear if it were the same as the last one.

const ANSWER_WITHIN = 3_000;  // ms; an answer that changed nothing by then was lost: let the person try again

let shown = null, asked = null;

export default function ringing({ data, parentElement, setStateValue }) {
  const dialog = parentElement.querySelector("dialog"), { ring } = data;
  if (!ring) {
    dialog.close();
    shown = null;
    return;
  }
  write(dialog, ring);
  const [putDown, accept] = dialog.querySelectorAll("button");
  const answer = (accepts) => {
    putDown.disabled = accept.disabled = true;
    clearTimeout(asked);
    asked = setTimeout(() => { putDown.disabled = accept.disabled = false; }, ANSWER_WITHIN);
    setStateValue("answer", { room: ring.room, deadline: ring.deadline, accepts });
  };
  putDown.onclick = () => answer(false);
  accept.onclick = () => {
    // A direct call's answer need not wait for the server (components/direct).
    window.dispatchEvent(new CustomEvent("parley-accept", { detail: ring.room }));
    answer(true);
  };
  if (shown === ring.deadline) return;
  shown = ring.deadline;
  clearTimeout(asked);
  putDown.disabled = accept.disabled = false;
  open(dialog);
  // Cameras and connections start only once it is on the screen who calls: starting them keeps a browser busy.
  requestAnimationFrame(() => setTimeout(() => setStateValue("shown", ring.room)));
}

function write(dialog, { incoming, name }) {
  dialog.querySelector("h2").textContent = incoming ? "Incoming call" : "Outgoing call";
  dialog.querySelector("p").textContent = incoming ? `${name} is calling` : `Calling ${name}…`;
  const [putDown, accept] = dialog.querySelectorAll("button");
  putDown.textContent = incoming ? "Decline" : "Cancel";
  accept.hidden = !incoming;
}

// Whoever is typing goes on typing; everybody else is one press of the tabulator away from the answer.
function open(dialog) {
  const typing = document.activeElement, keep = typing?.matches("input, textarea");
  dialog.close();
  dialog.show();
  (keep ? typing : dialog).focus({ preventScroll: true });
}

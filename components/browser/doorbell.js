// The doorbell: keeps the line to /signal, and wakes this tab's session when what it has drawn is old; remembers who this tab
// is. One a page.

import "./invites.js";  // these two draw what comes later, and are here by then, also where the server is away
import "./people.js";
import { settle } from "./acts.js";
import { drawAlarms } from "./alarm.js";
import { introduce } from "./identity.js";
import { line } from "./line.js";
import { followRuns } from "./runs.js";
import { session } from "./session.js";
import { askForRun } from "./stream.js";

/**
 * @param {Component<Drawn>} component
 */
export default function doorbell({ data, parentElement, setStateValue }) {
  session.drawn = data;
  session.say = setStateValue;
  introduce();
  drawAlarms(parentElement);
  // With a connection that has gone, the session lets go of the seat. It takes it again in its next run, and Streamlit asks
  // for none where no run was broken off.
  followRuns(({ returned }) => {
    if (returned) askForRun();
    else line.catchUp();
  });
  line.follow();
  // Without a line, all of it comes with the run.
  data.messages.forEach((message) => line.take(message));
  Object.values(data.answers).forEach(settle);
  return () => line.close();
}

"""One line about how the last call ended."""

from functools import partial

import streamlit as st

from calls.rooms import Ending, View
from calls.states import EndReason
from components import session
from components.names import listed
from components.reasons import REASONS
from components.times import length

AWAY = "The connection was lost for too long, or the server was restarted. You are back in the lobby."


def show(view: View | None) -> None:
    """Draw the notice that waits for this tab."""
    if view and view.ending:
        _ending(view.me.id, view.ending)


def _ending(who: str, ending: Ending) -> None:
    with st.container(key="ending", horizontal=True, vertical_alignment="center"):
        st.info(line(ending), icon=":material/call_end:")
        if session.tab().left:
            st.button("Rejoin", key="rejoin", type="primary", on_click=session.attempt, args=(session.rejoin,))
        dismiss = partial(session.dismiss, who)
        st.button("Dismiss", key="dismiss", type="tertiary", on_click=session.attempt, args=(dismiss,))


def line(ending: Ending) -> str:
    """How a call ended, as Markdown in one line."""
    if ending.missed:
        return f"Missed call from {listed(ending.names)}"
    if ending.reason is EndReason.CONNECTION_LOST and not ending.names:
        return AWAY
    words = REASONS[ending.reason]
    about = [f"with {listed(ending.names)}"] if ending.names else []
    if ending.seconds:
        about.append(length(ending.seconds))
    return f"{words} · {', '.join(about)}" if about else words

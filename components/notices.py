"""One line about how the last call ended."""

import streamlit as st

from calls.rooms import Ending, View
from calls.states import EndReason
from components import ending, session
from components.names import listed
from components.reasons import REASONS
from components.times import length

AWAY = "The connection was lost for too long, or the server was restarted. You are back in the lobby."


def show(view: View | None) -> None:
    """Draw the notice that waits for this tab."""
    if view and view.ending:
        with st.container(key="ending", horizontal=True, vertical_alignment="center"):
            st.info(line(view.ending), icon=":material/call_end:")
            ending.show(session.tab().left)


def line(told: Ending) -> str:
    """How a call ended, as Markdown in one line."""
    if told.missed:
        return f"Missed call from {listed(told.names)}"
    if told.reason is EndReason.CONNECTION_LOST and not told.names:
        return AWAY
    words = REASONS[told.reason]
    about = [f"with {listed(told.names)}"] if told.names else []
    if told.seconds:
        about.append(length(told.seconds))
    return f"{words} · {', '.join(about)}" if about else words

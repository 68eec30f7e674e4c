"""The list of past calls."""

from datetime import tzinfo

import pandas as pd
import streamlit as st

from calls.history import PastCall
from components import session
from components.reasons import REASONS
from components.times import length

MOST = 500


def show() -> None:
    """Draw the past calls, newest first."""
    st.header("History")
    view = session.view()
    mine = st.toggle("Only calls that I took part in", key="only-mine", disabled=view is None)
    calls = session.services().history.recent(MOST, view.me.id if mine and view else None)
    if not calls and mine:
        st.caption("No calls since you entered under this name. Turn this off to see everybody's.")
        return
    if not calls:
        st.caption("No calls yet. Every call that ends is listed here: who, when, how long, and why it ended.")
        return
    st.dataframe(pd.DataFrame([_row(call, session.timezone()) for call in calls]), hide_index=True, width="stretch")


def _row(call: PastCall, zone: tzinfo) -> dict[str, str]:
    others = call.participants[1:] if call.caller else call.participants
    return {
        "When": f"{call.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "Who": f"{call.caller} called {', '.join(others)}" if call.caller else ", ".join(others) + " met by a link",
        "Talked": length(call.duration.total_seconds()) if call.answered_at else "",
        "Ended": REASONS.get(call.reason, call.reason),
    }

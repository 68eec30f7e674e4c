"""The list of past calls."""

from datetime import tzinfo

import pandas as pd
import streamlit as st

from calls.history import PastCall
from components import backlog, session
from components.reasons import REASONS
from components.times import length

PAGE = 100  # calls that are drawn at once


def show() -> None:
    """Draw the past calls, newest first."""
    st.header("History")
    view = session.view()
    mine = st.toggle("Only calls that I took part in", key="only-mine", disabled=view is None)
    with backlog.minded():
        _calls(view.me.id if mine and view else None)


def _calls(who: str | None) -> None:
    history = session.services().history
    pages = -(-history.count(who) // PAGE)
    page = st.pagination(pages, key=f"page-{who}") if pages > 1 else 1
    calls = history.recent(PAGE, who, skip=PAGE * (page - 1))
    if calls:
        rows = [_row(call, session.timezone()) for call in calls]
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    elif who:
        st.caption("No calls since you entered under this name. Turn this off to see everybody's.")
    else:
        st.caption("No calls yet. Every call that ends is listed here: who, when, how long, and why it ended.")


def _row(call: PastCall, zone: tzinfo) -> dict[str, str]:
    others = call.participants[1:] if call.caller else call.participants
    return {
        "When": f"{call.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "Who": f"{call.caller} called {', '.join(others)}" if call.caller else ", ".join(others) + " met by a link",
        "Talked": length(call.duration.total_seconds()) if call.answered_at else "",
        "Ended": REASONS.get(call.reason, call.reason),
    }

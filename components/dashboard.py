"""Live rooms, calls and people, pushed as they change; and charts over the history."""

from datetime import datetime, timedelta

import streamlit as st

from calls.statistics import Summary
from components import backlog, charts, live, session
from components.reasons import REASONS
from components.times import length

RANGES = {"7 days": 7, "30 days": 30, "90 days": 90, "1 year": 365}  # days, of which today is the last


def show() -> None:
    """Draw what is going on now, and what went on before."""
    st.header("Dashboard")
    live.show()
    st.subheader("Past calls")
    days = RANGES[st.segmented_control("Time range", list(RANGES), default="7 days", required=True, key="range")]
    with backlog.minded():
        _past(days)


def _past(days: int) -> None:
    zone = session.timezone()
    today = datetime.now(zone).date()
    summary = session.services().history.summary(today - timedelta(days=days - 1), today, zone)
    if summary.calls:
        _numbers(summary)
        _charts(summary)
    else:
        st.caption("No calls in this time. Charts appear here after the first one.")


def _numbers(summary: Summary) -> None:
    with st.container(horizontal=True):
        st.metric("Calls", summary.calls, border=True)
        st.metric("Answered", f"{summary.answered / summary.calls:.0%}", border=True)
        st.metric("Talked", length(summary.talked), border=True)


def _charts(summary: Summary) -> None:
    left, right = st.columns(2)
    with left:
        charts.bars("Calls per day", "Day", {f"{day:%b %d}": n for day, n in summary.per_day.items()})
        charts.bars("How calls ended", "Reason", {REASONS.get(r, r): n for r, n in summary.endings.items()})
    with right:
        charts.bars("How long calls were", "Length", summary.durations)
        charts.bars("Busiest hours", "Hour", {f"{hour:02}": n for hour, n in enumerate(summary.hours)})

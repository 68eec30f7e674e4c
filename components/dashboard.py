"""Live rooms, calls and people, pushed as they change; and charts over the history."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from calls.rooms import Participant, Snapshot
from calls.states import Status
from calls.statistics import Summary
from components import backlog, charts, session
from components.reasons import REASONS
from components.times import length, moment

RANGES = {"7 days": 7, "30 days": 30, "90 days": 90, "1 year": 365}  # days, of which today is the last
STATUS = {
    Status.IDLE: "Available",
    Status.OUTGOING: "Calling",
    Status.INCOMING: "Ringing",
    Status.IN_CALL: "In a call",
}


def show() -> None:
    """Draw what is going on now, and what went on before."""
    st.header("Dashboard")
    _live(session.services().registry.snapshot())
    st.subheader("Past calls")
    days = RANGES[st.segmented_control("Time range", list(RANGES), default="7 days", required=True, key="range")]
    with backlog.minded():
        _past(days)


def _live(snapshot: Snapshot) -> None:
    with st.container(horizontal=True):
        st.metric("People", len(snapshot.people), border=True)
        st.metric("Rooms", sum(not room.ringing for room in snapshot.rooms), border=True)
        st.metric("Ringing", sum(len(room.rings) for room in snapshot.rooms), border=True)
    if not snapshot.people:
        st.caption("Nobody is here. People appear as soon as they enter the lobby.")
        return
    st.dataframe(pd.DataFrame([_person(p, snapshot) for p in _sorted(snapshot.people)]), hide_index=True)


def _sorted(people: Sequence[Participant]) -> list[Participant]:
    return sorted(people, key=lambda person: (person.status is Status.IDLE, person.name.casefold()))


def _person(person: Participant, snapshot: Snapshot) -> dict[str, str]:
    names = {other.id: other.name for other in snapshot.people}
    company = [who for room in snapshot.rooms if room.code == person.room for who in room.company(person.id)]
    since, now = session.local(person.since), datetime.now(session.timezone())
    return {
        "Name": person.name,
        "Status": STATUS[person.status] if person.connected else "Reconnecting",
        "With": ", ".join(names[who] for who in company),
        "Since": moment(since, now),
    }


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

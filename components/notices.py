"""One line about what just happened: who came or went, how the last call ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from calls.rooms import Ending, View
from calls.states import EndReason, Status
from components import session, toasts
from components.names import listed
from components.reasons import REASONS
from components.text import plain
from components.times import length

AWAY = "The connection was lost for too long, or the server was restarted. You are back in the lobby."


@dataclass(frozen=True, slots=True)
class Company:
    """Whom this tab last saw in its room."""

    room: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def show(view: View | None) -> None:
    """Draw the notices that wait for this tab."""
    _comings_and_goings(_company(view))
    if view and view.ending:
        _ending(view.me.id, view.ending)


def _ending(who: str, ending: Ending) -> None:
    with st.container(key="ending", horizontal=True, vertical_alignment="center"):
        st.info(line(ending), icon=":material/call_end:")
        if session.tab().left:
            st.button("Rejoin", key="rejoin", type="primary", on_click=session.attempt, args=(session.rejoin,))
        dismiss = partial(session.dismiss, who)
        st.button("Dismiss", key="dismiss", type="tertiary", on_click=session.attempt, args=(dismiss,))


def _company(view: View | None) -> Company:
    if view is None or view.me.status is not Status.IN_CALL:
        return Company()
    return Company(view.me.room, {person.id: person.name for person in view.others})


def _comings_and_goings(now: Company) -> None:
    """Nothing when one has come into the room oneself: the page says who is there."""
    before = st.session_state.get("company", Company())
    st.session_state["company"] = now
    if now.room != before.room:
        return
    for who in now.names.keys() - before.names.keys():
        toasts.tell(f"{plain(now.names[who])} joined", icon=":material/login:")
    for who in before.names.keys() - now.names.keys():
        toasts.tell(f"{plain(before.names[who])} left", icon=":material/logout:")


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

"""Who is online, and who called meanwhile."""

from datetime import datetime

import streamlit as st

from calls.rooms import Participant, View
from calls.states import Status
from components import direct, session
from components.text import plain
from components.times import moment

STATUS = {
    Status.IDLE: ":green-badge[available]",
    Status.OUTGOING: ":orange-badge[calling]",
    Status.INCOMING: ":orange-badge[ringing]",
    Status.IN_CALL: ":gray-badge[in a call]",
}


def show(view: View) -> None:
    """Draw everybody else, each with a button to call them."""
    with st.container(key="people"):
        st.subheader("People online", anchor=False)
    if not view.people:
        st.caption("Nobody else is here yet. Open a new room and share its link, or wait: people appear here at once.")
    for person in view.people:
        _person(view, person)


def _person(view: View, person: Participant) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"person-{person.id}"):
        state = STATUS[person.status] if person.connected else ":gray-badge[reconnecting]"
        st.markdown(f"**{plain(person.name)}** {state}", width="stretch")
        st.button(
            f"Call {plain(person.name)}",
            key=f"call-{person.id}",
            icon=":material/call:",
            on_click=session.attempt,
            args=(lambda: session.services().registry.call(view.me.id, person.id, direct=direct.preferred()),),
        )


def missed(view: View) -> None:
    """Draw the calls that nobody took."""
    if not view.missed:
        return
    st.subheader("Missed calls", anchor=False)
    for call in view.missed:
        at, now = session.local(call.at), datetime.now(session.timezone())
        st.markdown(f":material/phone_missed: **{plain(call.name)}** at {moment(at, now)}")
    st.button(
        "Clear missed calls",
        type="tertiary",
        on_click=session.attempt,
        args=(lambda: session.services().registry.clear_missed(view.me.id),),
    )

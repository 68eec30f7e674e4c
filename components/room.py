"""What the room shows beside the stage."""

import streamlit as st

from calls.states import Status
from components import (
    chat,
    company,
    effect_picker,
    path_picker,
    quality_picker,
    room_link,
    roster,
    session,
    unread,
)


def show() -> None:
    """Draw the room that this tab's participant is in."""
    view = session.view()
    if view is None or view.room is None or view.me.status is not Status.IN_CALL:
        _nowhere()
        return
    company.show()
    with st.container():  # whatever comes and goes in it, what is below stays: moved, a field would lose its text
        path_picker.show(view)
    roster.show()
    unread.show()
    talk, link, effects = st.tabs(["Chat", "Link", "Effect"], key="tabs")
    with talk:
        chat.show(view)
    with link:
        room_link.show(view.room.code)
    with effects:
        effect_picker.show(session.feed().chain)
        quality_picker.show()


def _nowhere() -> None:
    st.header("No call", anchor=False)
    st.caption("You are in no room. Call somebody, open a new room or join one by its code, in the lobby.")
    st.page_link("pages/lobby.py", label="Go to the lobby", icon=":material/home:")

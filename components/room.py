"""What the room shows beside the stage."""

import streamlit as st

from calls.rooms import Room, View
from calls.states import Status
from components import (
    chat,
    clock,
    effect_picker,
    layout_picker,
    path_picker,
    quality_picker,
    room_link,
    roster,
    session,
    unread,
)
from components.names import listed


def show() -> None:
    """Draw the room that this tab's participant is in."""
    view = session.view()
    if view is None or view.room is None or view.me.status is not Status.IN_CALL:
        _nowhere()
        return
    _title(view, view.room)
    # What is below stays at its place whatever comes and goes here: moved, it would lose a message half typed.
    for part in (layout_picker, path_picker):
        with st.container():
            part.show(view)
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


def _title(view: View, room: Room) -> None:
    with st.container(key="call-title", horizontal=True, vertical_alignment="center"):
        if view.others and room.started_at:
            names = listed([person.name for person in view.others])
            st.subheader(f"In call with {names}", width="content", anchor=False)
            clock.show(session.services().time.since(room.started_at))
        else:
            st.subheader("Waiting for somebody to join", width="content", anchor=False)

"""What the room shows beside the stage."""

import streamlit as st

from calls.rooms import Room, View
from calls.states import Status
from components import chat, clock, effect_picker, room_link, roster, session
from components.text import plain


def show() -> None:
    """Draw the room that this tab's participant is in."""
    view = session.view()
    if view is None or view.room is None or view.me.status is not Status.IN_CALL:
        _nowhere()
        return
    _title(view, view.room)
    roster.show(view)
    talk, invite, effects = st.tabs(["Chat" + chat.badge(view), "Link", "Effect"])
    with talk:
        chat.show(view)
    with invite:
        room_link.show(view.room.code)
    with effects:
        effect_picker.show(session.chain(view))


def _nowhere() -> None:
    st.header("No call")
    st.caption("You are in no room. Call somebody, open a new room or join one by its code, in the lobby.")
    if st.button("Go to the lobby", icon=":material/home:", type="primary"):
        st.switch_page("pages/lobby.py")


def _title(view: View, room: Room) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if view.other and room.started_at:
            st.subheader(f"In call with {plain(view.other.name)}", width="content")
            clock.show(room.started_at)
        else:
            st.subheader("Waiting for somebody to join", width="content")

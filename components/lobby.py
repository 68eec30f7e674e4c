"""What the lobby shows beside the preview."""

import streamlit as st

from calls.limits import NAME_LENGTH
from calls.rooms import View
from components import effect_picker, missed, page_turner, path_picker, people, quality_picker, room_link, session
from components.text import plain


def show() -> None:
    """Draw the lobby for whoever this tab is."""
    view = session.view()
    # What is below stays at its place whatever comes and goes here: moved, it would lose a code half typed.
    with st.container(key="welcome" if view is None else "hello"):
        if view is None:
            _welcome()
        else:
            _entered(view)
    with st.container():
        effect_picker.show(session.feed().chain)
    quality_picker.show()
    if view:
        path_picker.preference()
        _rooms(view)
        people.show(view)
        missed.show()


def _welcome() -> None:
    title, hint = "Welcome to Parley", "Enter a name. Nobody sees or hears you before you call, accept or join."
    code = room_link.invitation()
    if code:
        title = "You are invited to a room"
    elif room_link.followed():
        title, hint = "This room has closed", "Ask for a new link, or enter a name and call somebody yourself."
    st.header(title, anchor=False)
    st.caption(hint)
    with st.form("enter", border=False):
        name = session.tab().name
        if name and "name" not in st.session_state:
            st.session_state["name"] = name
        st.text_input("Your name", name, key="name", max_chars=NAME_LENGTH, autocomplete="nickname")
        with st.container(horizontal=True):
            st.form_submit_button("Enter", type="primary", on_click=_enter)
            if code:
                st.form_submit_button("Join", icon=":material/login:", on_click=_enter_and_join, args=(code,))


def _enter() -> None:
    session.attempt(lambda: session.enter(st.session_state.get("name", "")))


def _enter_and_join(code: str) -> None:
    _enter()
    if view := session.view():
        _join(view.me.id, code)


def _join(who: str, code: str) -> None:
    def join() -> None:
        session.services().registry.join(who, code)
        st.query_params.clear()
        page_turner.head_for("Room")  # also where one is in that room already

    session.attempt(join)


def _entered(view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(f"Hello, {plain(view.me.name)}", width="stretch", anchor=False)
        st.button("Leave", icon=":material/logout:", type="tertiary", on_click=session.leave, args=(view.me.id,))
    if room_link.followed():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            if code := room_link.invitation():
                st.markdown("You are invited to a room.", width="stretch")
                st.button("Join", icon=":material/login:", type="primary", on_click=_join, args=(view.me.id, code))
            else:
                st.markdown("The room that you were invited to has closed. Ask for a new link.", width="stretch")
                st.button("Dismiss", key="dismiss-link", on_click=st.query_params.clear)


def _rooms(view: View) -> None:
    with st.form("join", border=False):
        st.text_input("Room code", key="code", placeholder="abcd-efgh-jkmn", max_chars=40, autocomplete="off")
        with st.container(horizontal=True):
            st.form_submit_button("Join room", icon=":material/login:", on_click=_join_typed, args=(view.me.id,))
            st.form_submit_button(
                "New room",
                icon=":material/add:",
                on_click=_open_room,
                args=(view.me.id,),
            )


def _open_room(who: str) -> None:
    def open_room() -> None:
        session.services().registry.open_room(who)
        page_turner.head_for("Room")  # also where one waits in a room already

    session.attempt(open_room)


def _join_typed(who: str) -> None:
    _join(who, st.session_state.get("code", ""))

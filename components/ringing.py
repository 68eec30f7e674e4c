"""The dialogs of a call that rings, on both sides. A style sheet lays the person's own preview over the gap in them."""

import streamlit as st

from calls.rooms import View
from calls.states import Status
from components import session
from components.text import plain


def show(view: View | None) -> None:
    """Open the dialog that the participant's status asks for."""
    if view and view.other and view.me.status is Status.INCOMING:
        _incoming(view)
    elif view and view.other and view.me.status is Status.OUTGOING:
        _outgoing(view)


@st.dialog("Incoming call", icon=":material/ring_volume:", dismissible=False)
def _incoming(view: View) -> None:
    _who(view, "{} is calling")
    with st.container(horizontal=True, horizontal_alignment="center", key="answer"):
        if st.button("Decline", icon=":material/call_end:", key="decline"):
            _put_down(view)
        if st.button("Accept", icon=":material/call:", type="primary", key="accept"):
            session.attempt(lambda: session.services().registry.accept(view.me.id, view.me.room or ""))
            st.rerun()


@st.dialog("Outgoing call", icon=":material/phone_forwarded:", dismissible=False)
def _outgoing(view: View) -> None:
    _who(view, "Calling {}…")
    with st.container(horizontal=True, horizontal_alignment="center", key="answer"):
        if st.button("Cancel", icon=":material/call_end:", key="cancel"):
            _put_down(view)


def _who(view: View, sentence: str) -> None:
    st.markdown(sentence.format(f"**{plain(view.other.name)}**" if view.other else ""))
    st.container(key="ringing-preview", height=250, border=False)


def _put_down(view: View) -> None:
    session.services().registry.put_down(view.me.id, view.me.room or "")
    st.rerun()

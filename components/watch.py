"""What is looked at again while nobody clicks: connections that come up, and all news where push is not to be had."""

import streamlit as st

from calls.errors import UnknownError
from calls.rooms import View
from components import session, toasts, webrtc


def show(view: View | None, *, polling: bool) -> None:
    """Draw the fragments that are needed now, and none otherwise."""
    if any(webrtc.connecting(key) for key in webrtc.STREAMERS):
        _connections()
    if polling and view is not None:
        _tell_once()
        _changes(view.me.id, view.version)


@st.fragment(run_every="2s")
def _connections() -> None:
    if any(webrtc.overdue(key) for key in webrtc.STREAMERS):
        st.rerun()


@st.fragment(run_every="2s")
def _changes(who: str, version: int) -> None:
    registry = session.services().registry
    registry.expire()
    try:
        changed = registry.version(who) != version
    except UnknownError:
        changed = True
    if changed:
        st.rerun()


def _tell_once() -> None:
    if not session.tab().told_polling:
        session.tab().told_polling = True
        toasts.tell("Live updates are not reachable; this page looks for news every 2 seconds.", icon=":material/sync:")

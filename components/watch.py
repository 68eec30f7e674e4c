"""What is looked at again while nobody clicks: connections that come up, and all news where push is not to be had."""

import streamlit as st

from calls.errors import UnknownError
from components import session, toasts, webrtc


def show(who: str | None, version: int | None) -> None:
    """Draw the fragments that are needed now, and none otherwise. `version` is that of what this run has drawn for
    `who`; None where nothing has to be asked for."""
    if any(webrtc.connecting(key) for key in webrtc.STREAMERS):
        _connections()
    if version is not None:
        _tell_once()
        _changes(who, version)


@st.fragment(run_every="2s")
def _connections() -> None:
    if any(webrtc.overdue(key) for key in webrtc.STREAMERS):
        st.rerun()


@st.fragment(run_every="2s")
def _changes(who: str | None, version: int) -> None:
    registry = session.services().registry
    registry.expire()
    try:
        changed = max(registry.version(who), registry.version(None)) > version
    except UnknownError:
        changed = True
    if changed:
        st.rerun()


def _tell_once() -> None:
    if not session.tab().told_polling:
        session.tab().told_polling = True
        toasts.tell("Live updates are not reachable; this page looks for news every 2 seconds.", icon=":material/sync:")

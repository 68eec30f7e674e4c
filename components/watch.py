"""What is looked at again while nobody clicks: connections that come up, and all news where push is not to be had."""

import time

import streamlit as st

from calls.errors import UnknownError
from components import session, toasts, webrtc

TELL_AFTER = 3.0  # seconds without a line


def show(who: str | None, version: int | None) -> None:
    """Draw the fragments that are needed now, and none otherwise. `version` is that of what this run has drawn for
    `who`; None where nothing has to be asked for."""
    if any(webrtc.connecting(key) for key in webrtc.STREAMERS):
        _connections()
    here = session.tab()
    here.polls_since = None if version is None else here.polls_since or time.monotonic()
    if version is not None:
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
    if _has_to_tell() or changed:
        st.rerun()


def _has_to_tell() -> bool:
    """Tell the person once that this page asks. The line may be about to come back, as after a restart of the server:
    that is not told."""
    here = session.tab()
    if here.told_polling or here.polls_since is None or time.monotonic() - here.polls_since < TELL_AFTER:
        return False
    here.told_polling = True
    toasts.tell("Live updates are not reachable; this page looks for news every 2 seconds.", icon=":material/sync:")
    return True

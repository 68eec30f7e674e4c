"""Lines that pass by themselves, about what has just happened."""

import time
from dataclasses import dataclass
from typing import Literal

import streamlit as st

KEY = "toasts"

AGAIN_FOR = 2.0
"""For how many seconds a line is part of every run. Where a run is broken off, or the next one follows at once,
Streamlit's page drops a line that it has not shown yet; one that it shows already, it does not show twice."""


@dataclass(slots=True)
class Toast:
    """A line as Streamlit takes it (`st.toast`), and when it was first drawn (`time.monotonic`, seconds)."""

    line: str
    icon: str
    duration: Literal["short", "long"]
    since: float | None = None


def tell(line: str, *, icon: str, duration: Literal["short", "long"] = "short") -> None:
    """Let this tab's person read a line of Markdown, from this run on."""
    _waiting().append(Toast(line, icon, duration))


def show() -> None:
    """Draw the lines that may not have been seen yet."""
    now = time.monotonic()
    st.session_state[KEY] = [toast for toast in _waiting() if toast.since is None or now - toast.since < AGAIN_FOR]
    for toast in _waiting():
        st.toast(toast.line, icon=toast.icon, duration=toast.duration)
        toast.since = toast.since or now


def _waiting() -> list[Toast]:
    return st.session_state.setdefault(KEY, [])  # type: ignore[no-any-return]

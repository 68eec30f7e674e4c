"""The clock of a running call."""

import time
from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "parley_clock",
    html='<time role="timer" aria-label="Length of the call"></time>',
    css="time { font-variant-numeric: tabular-nums; opacity: 0.7; }",
    js=(Path(__file__).parent / "clock.js").read_text(encoding="utf-8"),
)


def show(started_at: float) -> None:
    """Draw the time since `started_at`, in seconds since the epoch on the server's clock."""
    _component(key="clock", data={"elapsed": time.time() - started_at}, width="content")

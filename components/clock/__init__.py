"""The clock of a running call."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "parley_clock",
    html='<time role="timer" aria-label="Length of the call"></time>',
    css="time { font-variant-numeric: tabular-nums; opacity: 0.7; }",
    js=(Path(__file__).parent / "clock.js").read_text(encoding="utf-8"),
)


def show(elapsed: float) -> None:
    """Draw for how long it has been going on, from so many seconds on."""
    _component(key="clock", data={"elapsed": elapsed}, width="content")

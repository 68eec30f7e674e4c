"""Keeps the call's picture moving where a browser lets no page make a sound before a click, and says so."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "parley_hearing",
    html=(HERE / "hearing.html").read_text(encoding="utf-8"),
    css=(HERE / "hearing.css").read_text(encoding="utf-8"),
    js=(HERE / "hearing.js").read_text(encoding="utf-8"),
)


def show(*, in_call: bool) -> None:
    """Draw it. Its button lies over the picture of a call that nothing can be heard of."""
    _component(key="hearing", data={"inCall": in_call})

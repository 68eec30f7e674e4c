"""A button that copies a text."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "parley_copy_button",
    html=(HERE / "copy_button.html").read_text(encoding="utf-8"),
    css=(HERE / "copy_button.css").read_text(encoding="utf-8"),
    js=(HERE / "copy_button.js").read_text(encoding="utf-8"),
)


def show(label: str, text: str, *, key: str) -> None:
    """Draw the button."""
    _component(key=key, data={"label": label, "text": text})

"""Changes what Streamlit's own front end does, from the first run on."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "parley_streamlit_frontend", js=(Path(__file__).parent / "streamlit_frontend.js").read_text(encoding="utf-8")
)


def show() -> None:
    """Draw the (invisible) component."""
    _component(key="streamlit-frontend")

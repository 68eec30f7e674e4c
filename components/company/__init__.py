"""Whom one is in a call with, and for how long."""

from pathlib import Path

import streamlit as st

from components import modules

_component = modules.component("company", Path(__file__).parent, isolated=False)


def show() -> None:
    """Draw the title of the room. Who is in it comes to the browser by itself."""
    with st.container(key="call-title"):
        _component(key="company")

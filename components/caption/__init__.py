"""What is said over the stage: whom it shows, or why there is no picture on it."""

from pathlib import Path

import streamlit as st

from components import modules

_component = modules.component("caption", Path(__file__).parent, isolated=False)


def show(*, direct: bool, refusal: str | None, connecting: bool) -> None:
    """Draw it. Whom the stage shows and what they send comes to the browser by itself; the rest is known here: whether
    the direct call lies over it, why it could not be connected, and whether it is being connected."""
    with st.container(key="stage-caption"):
        _component(key="caption", data={"direct": direct, "refusal": refusal or "", "connecting": connecting})

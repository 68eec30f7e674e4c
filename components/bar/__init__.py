"""The bar: the buttons of a running call, on whichever page and path."""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from components import modules

KEY = "bar"

_component = modules.component("bar", Path(__file__).parent)


def show(room: str, *, docked: bool, usable: bool, on_start: Callable[[bool], None]) -> None:
    """Draw it for the call in this room, by its code. On another page it has few buttons. `usable` is whether there is
    a camera or a microphone. `on_start` is called when one is to be turned on that is not captured yet, with whether it
    is the camera."""

    def start() -> None:
        asked = st.session_state[KEY].get("start")  # of a browser's: anything
        on_start(isinstance(asked, Mapping) and asked.get("kind") == "video")

    _component(
        key=KEY,
        data={"room": room, "docked": docked, "usable": usable},
        on_start_change=start,
        width="content",
    )

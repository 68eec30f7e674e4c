"""The bar: the buttons of a running call, on whichever page."""

from pathlib import Path

from components import modules

_component = modules.component("bar", Path(__file__).parent)


def show(room: str) -> None:
    """Draw it for the call in this room, by its code."""
    _component(key="bar", data={"room": room}, width="content")

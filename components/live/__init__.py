"""What goes on now: how many people, rooms and rings, and everybody with status and company."""

from pathlib import Path

from components import modules

_component = modules.component("live", Path(__file__).parent)


def show() -> None:
    """Draw it. All of it comes to the browser by itself."""
    _component(key="live")

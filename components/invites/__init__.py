"""Who can be asked to come into the room, and whose invitation still rings."""

from pathlib import Path

from components import modules

_component = modules.component("invites", Path(__file__).parent)


def show() -> None:
    """Draw a button for each who is free, and one to take back each invitation of one's own."""
    _component(key="invites")

"""How many messages of the room's chat this person has not read."""

from pathlib import Path

from components import modules

_component = modules.component("unread", Path(__file__).parent)


def show() -> None:
    """Draw the number, where there are any and the chat is not on the screen."""
    _component(key="unread")

"""The chat of a room: text only, kept while the room lives."""

from pathlib import Path

from calls.limits import MESSAGE_LENGTH
from calls.rooms import View
from components import modules

_component = modules.component("chat", Path(__file__).parent)


def show(view: View) -> None:
    """Draw what was said, and the field to say more. What is said comes to the browser by itself; shown, it is read."""
    _component(key="chat", data={"room": view.me.room, "longest": MESSAGE_LENGTH})

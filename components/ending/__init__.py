"""What one can do about a call that is over: go back into its room, or have the line about it go away."""

from pathlib import Path

from components import modules

_component = modules.component("ending", Path(__file__).parent)


def show(room: str | None) -> None:
    """Draw the buttons. `room` is the code of the room that one may go back into, if there is one."""
    _component(key="ending-buttons", data={"room": room}, width="content")

"""Who is in the room and what they send, who is being rung for it, and who can be invited."""

from pathlib import Path

from components import invites, modules

_component = modules.component("roster", Path(__file__).parent)


def show() -> None:
    """Draw everybody in the room, oneself first, and everybody who may come. They come to the browser by themselves."""
    _component(key="roster")
    invites.show()

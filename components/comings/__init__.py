"""Who has come into the room that one is in, and who has gone."""

from pathlib import Path

from components import modules

_component = modules.component("comings", Path(__file__).parent)


def show() -> None:
    """Draw a line for each, for a few seconds. They come to the browser by themselves."""
    _component(key="comings")

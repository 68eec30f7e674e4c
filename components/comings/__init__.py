"""Who has come into the room that one is in, and who has gone."""

from pathlib import Path

from components import modules

_component = modules.component("comings", Path(__file__).parent)


def show(*, here: bool) -> None:
    """Draw a line for each, for a few seconds. They come to the browser by themselves; it says them where this tab
    speaks for the person, and not in one whose place another has taken."""
    _component(key="comings", data={"here": here})

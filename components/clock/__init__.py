"""The clock of a running call."""

from pathlib import Path

from components import modules

_component = modules.component("clock", Path(__file__).parent)


def show(elapsed: float) -> None:
    """Draw for how long it has been going on, from so many seconds on."""
    _component(key="clock", data={"elapsed": elapsed}, width="content")

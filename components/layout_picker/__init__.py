"""What the stage shows: who speaks, everybody, or one person."""

from pathlib import Path

from components import modules

_component = modules.component("layout_picker", Path(__file__).parent)


def show() -> None:
    """Draw the choice. Who is there, and what is shown, comes to the browser by itself."""
    _component(key="layout-picker")

"""The calls that nobody took."""

from pathlib import Path

from components import modules

_component = modules.component("missed", Path(__file__).parent)


def show() -> None:
    """Draw them, until the person has seen them. They come to the browser by themselves."""
    _component(key="missed")

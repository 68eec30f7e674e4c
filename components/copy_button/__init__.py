"""A button that copies a text."""

from pathlib import Path

from components import modules

_component = modules.component("copy_button", Path(__file__).parent)


def show(label: str, text: str, *, key: str) -> None:
    """Draw the button."""
    _component(key=key, data={"label": label, "text": text})

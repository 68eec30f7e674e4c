"""Mutes the microphone outside of a call, where there is no bar."""

from pathlib import Path

from components import modules

_component = modules.component("mute", Path(__file__).parent)


def show() -> None:
    """Draw it."""
    _component(key="mute", width="content")

"""The own bar: what one sends outside of a call, where there is no bar of the call's."""

from pathlib import Path

from components import modules

_component = modules.component("own_bar", Path(__file__).parent)


def show() -> None:
    """Draw it: to mute the microphone, and to choose the devices."""
    _component(key="own-bar", width="content")

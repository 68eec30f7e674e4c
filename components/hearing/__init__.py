"""Keeps the call's picture moving where a browser lets no page make a sound before a click, and says so."""

from pathlib import Path

from components import modules

_component = modules.component("hearing", Path(__file__).parent)


def show(*, in_call: bool) -> None:
    """Draw it. Its button lies over the picture of a call that nothing can be heard of."""
    _component(key="hearing", data={"inCall": in_call})

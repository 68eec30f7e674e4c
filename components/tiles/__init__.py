"""The stage: a tile for everybody in the room, drawn in the browser from what it is told of the room."""

from pathlib import Path

from components import modules

_component = modules.component("tiles", Path(__file__).parent, isolated=False)


def show(*, docked: bool, direct: bool, refusal: str | None) -> None:
    """Draw it. Who is there and what they send comes to the browser by itself; the rest is known here: whether this
    is the small stage of another page, whether the call goes from browser to browser, and why it was refused."""
    _component(key="tiles", data={"docked": docked, "direct": direct, "refusal": refusal or ""})

"""Where the focus goes when what one has just pressed is gone: to what one would read or press next."""

from pathlib import Path

from calls.rooms import View
from calls.states import Status
from components import modules

_component = modules.component("focus", Path(__file__).parent)

HEADINGS = {
    "outside": [".st-key-welcome h2"],
    "here": [".st-key-ending [data-testid=stAlert]", ".st-key-people h3"],
    "call": [".st-key-call-title h3"],
}
"""Where one is, and what is found there, as CSS selectors; the first that is on the page is taken."""

BUTTONS = [".st-key-camera-switch button", ".st-key-call-title h3"]
"""What is at hand when the camera has been turned on or off: nothing that a next press of the same key would end."""


def show(view: View | None, *, arriving: bool, films: bool) -> None:
    """Draw it. While the page is `arriving`, nobody has pressed anything; `films` is whether the camera is on."""
    place = "outside" if view is None else "call" if view.me.status is Status.IN_CALL else "here"
    data = {"camera": films, "headings": HEADINGS[place], "buttons": BUTTONS}
    _component(key="focus", data={"place": None if arriving else place, **data})

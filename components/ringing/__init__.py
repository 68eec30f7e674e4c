"""A call that rings, on both sides: a dialog with the own preview in it, a tone, the page's title, a notification."""

from pathlib import Path

from components import modules

_component = modules.component("ringing", Path(__file__).parent, isolated=False)


def show(camera: str, *, here: bool) -> None:
    """Have the browser draw what rings for this tab's participant, as it comes, if it rings `here`.

    `camera` says what there is to know of the person's camera where its picture is not, or not yet.
    """
    _component(key="ringing", data={"camera": camera, "here": here})

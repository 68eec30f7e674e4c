"""A call that rings, on both sides: a dialog with the own preview in it, a tone, the page's title, a notification."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from calls.rooms import View
from calls.states import Status
from components import session

HERE = Path(__file__).parent
KEY = "ringing"
# Streamlit takes one module, so the parts are joined to one.
PARTS = ("sounds.js", "ringer.js", "layer.js", "ringing.js")

_component = st.components.v2.component(
    "parley_ringing",
    html=(HERE / "ringing.html").read_text(encoding="utf-8"),
    css=(HERE / "ringing.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / part).read_text(encoding="utf-8") for part in PARTS),
    isolate_styles=False,
)


def show(view: View | None, camera: str) -> str | None:
    """Draw what the participant's status asks for; the room of the last call that was on the screen.

    `camera` says what there is to know of the person's camera where its picture is not, or not yet.
    """

    def answer() -> None:
        said = st.session_state[KEY].get("answer")
        if view and isinstance(said, Mapping) and _is_for(said, _ring(session.view())):
            _answer(view.me.id, str(said.get("room")), accepts=said.get("accepts") is True)

    data = {
        "ring": _ring(view),
        "camera": camera,
        "company": _company(view),
        "offersNotifications": view is not None and view.me.status is Status.IDLE,
    }
    result = _component(key=KEY, data=data, on_answer_change=answer, on_shown_change=lambda: None)
    shown = result.get("shown")
    return shown if isinstance(shown, str) else None


def _ring(view: View | None) -> dict[str, Any] | None:
    ring = view.room.ring_of(view.me.id) if view and view.room else None
    if view is None or ring is None:
        return None
    return {
        "room": view.me.room,
        "deadline": ring.deadline,
        "name": view.other.name if view.other else "",
        "incoming": ring.callee == view.me.id,
    }


def _company(view: View | None) -> dict[str, Any]:
    """In which room one is, and with how many: a chime says who comes and goes."""
    if view is None or view.me.status is not Status.IN_CALL:
        return {"room": None, "members": 0}
    return {"room": view.me.room, "members": len(view.others) + 1}


def _is_for(said: Mapping[str, Any], ring: dict[str, Any] | None) -> bool:
    """Whether what was said is not for an earlier ring than this one: an answer may come twice, and late."""
    return ring is None or ring["deadline"] == said.get("deadline")


def _answer(who: str, room: str, *, accepts: bool) -> None:
    registry = session.services().registry
    session.attempt(lambda: (registry.accept if accepts else registry.put_down)(who, room))

"""The doorbell: keeps the WebSocket to /signal, wakes this session when something has changed, and rings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from calls.rooms import View
from calls.states import Status

HERE = Path(__file__).parent
KEY = "doorbell"

_component = st.components.v2.component(
    "parley_doorbell",
    html=(HERE / "doorbell.html").read_text(encoding="utf-8"),
    css=(HERE / "doorbell.css").read_text(encoding="utf-8"),
    js=(HERE / "doorbell.js").read_text(encoding="utf-8"),
)


def show(
    view: View | None,
    *,
    version: int,
    page: str,
    session: str,
    heard: bool,
    token: str | None,
    watches: bool,
    name: str,
    sends: str | None,
    push: bool,
    on_hello: Callable[[str | None, str | None, str | None], None],
) -> bool:
    """Draw the doorbell, on the page with this title; whether this session has to ask for news.

    `version` is that of what this run draws: news of a later one wake the session. One without a token has none, unless
    it `watches`.
    `on_hello(token, name, sends)` is called with what the browser remembers of this tab and this person, in answer to
    this session: a page that outlives its server keeps what it said to an earlier one. `sends` is what the person has
    chosen to send, as session.py writes it.
    """

    def hello() -> None:
        payload = st.session_state[KEY].get("hello")
        if isinstance(payload, Mapping) and payload.get("session") == session:
            on_hello(*(_text(payload.get(what)) for what in ("token", "name", "sends")))

    result = _component(
        key=KEY,
        data={
            "version": version,
            "page": page,
            "session": session,
            "heard": heard,
            "token": token,
            "watches": watches,
            "name": name,
            "sends": sends,
            "push": push,
            "woken": _woken(),
            **_summary(view),
        },
        on_hello_change=hello,
        on_changed_change=lambda: None,
        on_polling_change=lambda: None,
    )
    return not push or result.get("polling") is True


def _woken() -> object:
    """What the browser said when it woke this session last, for it to see that this was heard."""
    return st.session_state[KEY].get("changed") if KEY in st.session_state else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


RINGING = {Status.INCOMING: "incoming", Status.OUTGOING: "outgoing"}


def _summary(view: View | None) -> dict[str, Any]:
    """What the browser has to know to ring and to chime."""
    if view is None:
        return {"ring": None, "room": None, "members": 0, "offerNotifications": False}
    direction = RINGING.get(view.me.status)
    return {
        "ring": {"direction": direction, "name": view.other.name if view.other else ""} if direction else None,
        "room": view.me.room,
        "members": len(view.others) + 1 if view.me.status is Status.IN_CALL else 0,
        "offerNotifications": view.me.status is Status.IDLE,
    }

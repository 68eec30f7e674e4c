"""The doorbell: keeps the WebSocket to /signal, and wakes this session when something has changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from components import modules

KEY = "doorbell"

_component = modules.component("doorbell", Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a run says to the page."""

    version: int
    """That of what it draws: news of a later one wake the session."""
    page: str
    """Stands for all that it draws; a line begins with what is new since (`views.page`)."""
    session: str
    heard: bool
    """The browser has said to this session who the tab is."""
    token: str | None
    """Without one there are no news, unless it watches."""
    watches: bool
    """The page shows what goes on in all of Parley."""
    waits: bool
    """For its session to know the tab, or for the stage; where that takes long, the page says so."""
    name: str
    sends: str | None
    """What the person has chosen to send, as session.py writes it."""
    room: str | None
    """The code of the room that the person belongs to."""
    push: bool
    """There is a /signal."""
    messages: Sequence[Mapping[str, Any]]
    """Where there is no line: what it would bring."""
    answers: Mapping[str, Mapping[str, Any]]
    """To the acts that came with the last run."""


def polls(*, push: bool) -> bool:
    """Whether the page has no line, so that its session has to ask for news."""
    return not push or st.session_state.get(KEY, {}).get("polling") is True


def show(
    greeting: Greeting,
    *,
    on_hello: Callable[[str | None, str | None, str | None, str | None], None],
    on_acts: Callable[[object], None],
) -> None:
    """Draw the doorbell of this tab.

    `on_hello(token, name, sends, room)` is called with what the browser remembers of this tab and this person, in
    answer to this session: a page that outlives its server keeps what it said to an earlier one. `on_acts` is called
    with what the person does where there is no line.
    """

    def hello() -> None:
        payload = st.session_state[KEY].get("hello")
        if isinstance(payload, Mapping) and payload.get("session") == greeting.session:
            on_hello(*(_text(payload.get(what)) for what in ("token", "name", "sends", "room")))

    def acts() -> None:
        payload = st.session_state[KEY].get("acts")
        if isinstance(payload, Mapping):
            on_acts(payload.get("messages"))

    _component(
        key=KEY,
        data=asdict(greeting),
        on_hello_change=hello,
        on_acts_change=acts,
        on_changed_change=lambda: None,
        on_polling_change=lambda: None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

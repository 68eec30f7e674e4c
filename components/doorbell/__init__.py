"""The doorbell: keeps the WebSocket to /signal, and wakes this session when something has changed."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from components import modules
from components.session import Tab

KEY = "doorbell"

_component = modules.component("doorbell", Path(__file__).parent)


def show(
    here: Tab,
    *,
    version: int,
    page: str,
    watches: bool,
    waits: bool,
    push: bool,
    messages: Callable[[], Sequence[Mapping[str, Any]]],
    on_hello: Callable[[str | None, str | None, str | None, str | None], None],
    on_acts: Callable[[object], None],
) -> bool:
    """Draw the doorbell of this tab; whether its session has to ask for news.

    `version` is that of what this run draws: news of a later one wake the session. `page` stands for all of it, and a
    line begins with what is new since. One without a token has no news, unless it `watches`. A page that `waits` for
    long says so. Where there is no line, `messages` are what it would bring, and `on_acts` is called with what the
    person does.
    `on_hello(token, name, sends, room)` is called with what the browser remembers of this tab and this person, in
    answer to this session: a page that outlives its server keeps what it said to an earlier one. `sends` is what the
    person has chosen to send, as session.py writes it; `room` is the code of the room that they belong to.
    """

    def hello() -> None:
        payload = st.session_state[KEY].get("hello")
        if isinstance(payload, Mapping) and payload.get("session") == here.id:
            on_hello(*(_text(payload.get(what)) for what in ("token", "name", "sends", "room")))

    def acts() -> None:
        payload = st.session_state[KEY].get("acts")
        if isinstance(payload, Mapping):
            on_acts(payload.get("messages"))

    polls = not push or st.session_state.get(KEY, {}).get("polling") is True
    result = _component(
        key=KEY,
        data={
            "version": version,
            "page": page,
            "session": here.id,
            "heard": here.heard,
            "token": here.token,
            "watches": watches,
            "waits": waits,
            "name": here.name,
            "sends": here.sends,
            "room": here.belongs,
            "push": push,
            "messages": messages() if polls else [],
            "answers": here.replies.answers,
        },
        on_hello_change=hello,
        on_acts_change=acts,
        on_changed_change=lambda: None,
        on_polling_change=lambda: None,
    )
    return not push or result.get("polling") is True


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

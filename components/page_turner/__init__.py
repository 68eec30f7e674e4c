"""Opens a page without a click of the person's: the room's when a call begins, the lobby when it is over.

The browser does it, by links that nobody sees. `st.switch_page` would have the server do it, empties every component's
state, and is undone by whatever the browser asked for before it heard of it.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from components import modules

_component = modules.component("page_turner", Path(__file__).parent)

FILES = {"Lobby": "pages/lobby.py", "Room": "pages/room.py"}
PATHS = {"Lobby": ".", "Room": "room"}


@dataclass(slots=True)
class Turn:
    """Where this tab is being taken."""

    to: str | None = None
    """The title of the page."""
    id: str = ""
    """Tells this turn from every other, also of an earlier session of the same page."""


def _turn() -> Turn:
    return st.session_state.setdefault("turn", Turn())  # type: ignore[no-any-return]


def head_for(title: str) -> None:
    """Have the page with this title opened: "Lobby" or "Room"."""
    turn = _turn()
    turn.to, turn.id = title, secrets.token_hex(4)


def heading() -> str | None:
    """The title of the page that is being opened."""
    return _turn().to


def show() -> None:
    """Draw it."""
    turn = _turn()
    with st.container(key="page-turner"):
        for title, file in FILES.items():
            with st.container(key=f"turn-to-{title}"):
                st.page_link(file, label=title)
    path = PATHS.get(turn.to or "")
    result = _component(key="turner", data={"to": turn.to, "path": path, "turn": turn.id}, on_done_change=lambda: None)
    if result.get("done") == turn.id:
        turn.to = None

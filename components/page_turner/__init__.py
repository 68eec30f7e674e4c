"""Opens a page without a click of the person's: the room's when a call begins, the lobby when it is over.

The browser does it, by links that nobody sees. `st.switch_page` would have the server do it, empties every component's
state, and is undone by whatever the browser asked for before it heard of it.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

_component = st.components.v2.component("parley_page_turner", js=(Path(__file__).parent / "page_turner.js").read_text())

FILES = {"Lobby": "pages/lobby.py", "Room": "pages/room.py"}
PATHS = {"Lobby": ".", "Room": "room"}


@dataclass(slots=True)
class Turn:
    """Where this tab is being taken."""

    to: str | None = None
    """The title of the page; None once it is open, or the person has gone elsewhere."""
    id: str = ""
    """Tells this turn from every other, also of an earlier session of the same page."""
    before: str | None = None
    """The title of the page that is left."""


def _turn() -> Turn:
    return st.session_state.setdefault("turn", Turn())  # type: ignore[no-any-return]


def head_for(title: str) -> None:
    """Have the page with this title opened: "Lobby" or "Room"."""
    turn = _turn()
    turn.to, turn.id, turn.before = title, secrets.token_hex(4), None


def heading() -> str | None:
    """The title of the page that is being opened."""
    return _turn().to


def show(title: str) -> None:
    """Draw it, on the page with this title."""
    turn = _turn()
    turn.before = turn.before or title
    if title != turn.before or title == turn.to:
        turn.to = None
    with st.container(key="page-turner"):
        for name, file in FILES.items():
            with st.container(key=f"turn-to-{name}"):
                st.page_link(file, label=name)
    _component(key="turner", data={"to": turn.to, "path": PATHS.get(turn.to or ""), "turn": turn.id})

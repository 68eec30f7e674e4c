"""A direct call: the component in the browser that makes the connection, what it is told, and what it says."""

from pathlib import Path
from typing import Any

import streamlit as st

from calls.paths import MediaPath, PathReason
from calls.rooms import View
from components import modules, session

KEY = "direct-call"

_component = modules.component("direct", Path(__file__).parent, isolated=False)


def running(view: View | None) -> bool:
    """Whether the call goes from browser to browser now, and needs no connection to the server."""
    return view is not None and view.room is not None and view.room.goes_direct


def possible() -> bool:
    """Whether browsers can reach each other through this server at all: their signals go over /signal."""
    return session.services().settings.push


def preferred() -> bool:
    """Whether the next call should ring with an offer in it."""
    return possible() and session.tab().prefer_direct is True and not session.feed().chain.active


def mind_effects(view: View | None) -> View | None:
    """An effect is made by the server: with one, the call goes through it. The view after that."""
    if view is None or view.room is None or view.room.path is MediaPath.SERVER or not session.feed().chain.active:
        return view
    registry = session.services().registry
    session.attempt(lambda: registry.choose_path(view.me.id, MediaPath.SERVER, PathReason.EFFECT))
    return session.view()


def show(view: View | None, *, sends: bool) -> None:
    """Draw it even without a call: it has to stay at its place. `sends` is whether there is something to be sent, now
    or as soon as it is captured."""

    def remember() -> None:
        if session.tab().prefer_direct is None:
            session.tab().prefer_direct = st.session_state[KEY].get("prefer") is True

    with st.container(key="direct"):
        _component(
            key=KEY,
            data={"prefer": session.tab().prefer_direct, "sends": sends, **_call(view)},
            on_prefer_change=remember,
        )


def _call(view: View | None) -> dict[str, Any]:
    direct = view.room.direct if view and view.room else None
    if view is None or view.room is None or direct is None:
        return {"call": None}
    settings = session.services().settings
    return {
        "call": direct.id,
        "path": view.room.path,
        "room": view.room.code,
        "ringing": view.room.ringing,
        "offers": view.me.id == direct.offerer,
        "polite": view.me.id == min(direct.pair),
        "iceServers": session.ice_servers(view)[0],
        "iceTransportPolicy": settings.ice_transport_policy,
        "recoverWithin": settings.direct_timeout * 1_000,  # ms
    }

"""A direct call: the component in the browser that makes the connection, what it is told, and what it says."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from calls.paths import MediaPath, PathReason
from calls.rooms import View
from components import session, webrtc
from components.devices import Devices

HERE = Path(__file__).parent
KEY = "direct-call"
# Streamlit takes one module, so the parts are joined to one.
PARTS = ("peer.js", "own.js", "quality.js", "picture.js", "direct.js")

_component = st.components.v2.component(
    "parley_direct",
    html=(HERE / "direct.html").read_text(encoding="utf-8"),
    css=(HERE / "direct.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / part).read_text(encoding="utf-8") for part in PARTS),
    isolate_styles=False,
)


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


def sending(view: View | None) -> bool:
    """Whether what this person sends goes, or just went, from browser to browser."""
    leaving = view is not None and view.room is not None and view.room.direct is not None
    return running(view) or (leaving and webrtc.connecting("preview"))


def toggles(view: View | None, reported: Devices) -> Devices:
    """What is on and off, as far as the direct call decides it."""
    media = st.session_state[KEY].get("media") if KEY in st.session_state else None
    call = view.room.direct.id if view and view.room and view.room.direct else None
    if not sending(view) or not isinstance(media, Mapping) or media.get("call") != call:
        return reported
    return replace(
        reported,
        cameras=None,  # a shared screen is a picture, too
        microphone_only=False,
        camera_off=media.get("camera") is not True,
        microphone_off=media.get("microphone") is not True,
    )


def show(view: View | None, camera: dict[str, object], *, sends: bool) -> None:
    """Draw it, also where there is no call: it has to stay at its place. `camera` are MediaTrackConstraints; `sends` is
    whether there is something to be sent, now or as soon as the preview has it."""

    def remember() -> None:
        if session.tab().prefer_direct is None:
            session.tab().prefer_direct = st.session_state[KEY].get("prefer") is True

    def heed() -> None:
        media = st.session_state[KEY].get("media")
        if isinstance(media, Mapping) and media.get("films") is True:
            session.tab().microphone_only = False  # the camera has been turned on here, and starts by now

    with st.container(key="direct"):
        _component(
            key=KEY,
            data={"prefer": session.tab().prefer_direct, "camera": camera, "sends": sends, **_call(view)},
            on_media_change=heed,
            on_prefer_change=remember,
        )


def _call(view: View | None) -> dict[str, Any]:
    direct = view.room.direct if view and view.room else None
    if view is None or view.room is None or direct is None:
        return {"call": None}
    settings = session.services().settings
    other = next((person for person in view.company if person.id == direct.other(view.me.id)), None)
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
        "otherCamera": other is not None and other.camera,
        "note": _note(view),
    }


def _note(view: View) -> str:
    """Why there is nothing to be seen."""
    if view.other is None:
        return ""
    if not view.other.connected:
        return f"{view.other.name} lost the connection. Waiting for them to come back…"
    return "" if view.other.camera else f"{view.other.name} has the camera off"

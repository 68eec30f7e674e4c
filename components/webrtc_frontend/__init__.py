"""Prepares the frames of both streamers, before either is told to play."""

from collections.abc import Collection
from pathlib import Path

import streamlit as st

from components import modules

KEY = "webrtc-frontend"

_component = modules.component("webrtc_frontend", Path(__file__).parent)


def ready() -> bool:
    """Whether both frames are ready to play."""
    return KEY in st.session_state and st.session_state[KEY].get("ready") is True


def show(camera: dict[str, object], captures: Collection[str], *, returned: bool, call: str | None, slots: int) -> None:
    """Draw the (invisible) component. `camera` are the MediaTrackConstraints (W3C) of the camera, and `captures` what
    is to be captured: "audio", "video". `returned` is whether the server sends the own picture back, and the preview
    shows that; `call` is the code of the room that the person is in, empty in none, and None before it is known who it
    is. The stage's connection has so many `slots`."""
    data = {
        "camera": camera,
        "captures": {kind: kind in captures for kind in ("audio", "video")},
        "returned": returned,
        "call": call,
        "slots": slots,
        "ready": ready(),
    }
    _component(key=KEY, data=data, on_ready_change=lambda: None)

"""Prepares the frames of both streamers, before either is told to play."""

from pathlib import Path

import streamlit as st

KEY = "webrtc-frontend"

_component = st.components.v2.component(
    "parley_webrtc_frontend", js=(Path(__file__).parent / "webrtc_frontend.js").read_text()
)


def show(camera: dict[str, object], *, returned: bool, call: str | None) -> bool:
    """Draw the (invisible) component; whether both frames are ready to play. `camera` are the MediaTrackConstraints
    that a camera which is on already is to follow from now on; `returned` is whether the server sends the own picture
    back, and the preview shows that; `call` is the code of the room that the person is in, empty in none, and
    None before it is known who it is."""
    ready = KEY in st.session_state and st.session_state[KEY].get("ready") is True
    data = {"camera": camera, "returned": returned, "call": call, "ready": ready}
    _component(key=KEY, data=data, on_ready_change=lambda: None)
    return ready

"""The call streamer: the other person, picture and sound. What it shows is the hub's decision."""

import streamlit as st
from streamlit_webrtc import WebRtcMode

from calls.rooms import View
from calls.states import Status
from components import session, webrtc
from components.text import plain

KEY = "call"
FILL = {"width": "100%", "height": "calc(100vh - 16px)", "objectFit": "contain", "background": "#101418"}


def show(view: View | None) -> None:
    """Draw the streamer; it connects as soon as something rings, so that `Accept` has only to switch."""
    stage = session.services().hub.stage(view.me.id) if view else None
    with st.container(key="stage"):
        webrtc.streamer(
            KEY,
            wanted=view is not None and view.me.status is not Status.IDLE,
            mode=WebRtcMode.RECVONLY,
            ice=session.ice_servers(view.me.id if view else "visitor"),
            source_video_track=stage.open("video") if stage else None,
            source_audio_track=stage.open("audio") if stage else None,
            video_html_attrs={"autoPlay": True, "playsInline": True, "controls": False, "style": FILL},
        )


def caption(view: View | None) -> None:
    """Say, over the stage, why there is no picture on it."""
    if text := _why_empty(view):
        with st.container(key="stage-caption"):
            st.markdown(text)


def _why_empty(view: View | None) -> str | None:
    if view is None or view.me.status is not Status.IN_CALL:
        return None
    if view.other is None:
        return ":material/hourglass_empty: Nobody else is here yet. Share the link."
    name = plain(view.other.name)
    if not view.other.connected:
        return f":material/wifi_off: {name} lost the connection. Waiting for them to come back…"
    if not webrtc.playing(KEY):
        return ":material/progress_activity: Connecting…"
    if not view.other.camera:
        return f":material/videocam_off: {name} has the camera off"
    return None

"""The call streamer: the other person, picture and sound. What it shows is the hub's decision."""

import streamlit as st
from streamlit_webrtc import WebRtcMode

from calls.rooms import View
from calls.states import Status
from components import caption, session, webrtc

KEY = "call"
FILL = {"width": "100%", "height": "calc(100vh - 16px)", "objectFit": "contain", "background": "#101418"}


def show(view: View | None, *, wanted: bool) -> None:
    """Draw the streamer; it connects while it still rings, so that `Accept` has only to switch."""
    stage = session.services().hub.stage(view.me.id) if view else None
    with st.container(key="stage"):
        webrtc.streamer(
            KEY,
            wanted=wanted,
            mode=WebRtcMode.RECVONLY,
            ice=session.ice_servers(view),
            send={},
            source_video_track=stage.video.open() if stage else None,
            source_audio_track=stage.audio.open() if stage else None,
            video_html_attrs={"autoPlay": True, "playsInline": True, "controls": False, "style": FILL},
        )


def say(view: View | None) -> None:
    """Say, over the stage, whom it shows, or why there is no picture on it."""
    if view and view.room and view.me.status is Status.IN_CALL:
        refusal, connecting = webrtc.refusal(KEY), not webrtc.playing(KEY)
        caption.show(direct=view.room.goes_direct, refusal=refusal, connecting=connecting)

"""The call streamer and the tiles over it. The connection has a slot for each that may be shown; what is in them is the
hub's decision, and where they are on the page the browser's."""

import streamlit as st
from streamlit_webrtc import WebRtcMode

from calls.rooms import View
from components import session, tiles, webrtc

KEY = "call"


def show(view: View | None, *, wanted: bool, docked: bool) -> None:
    """Draw them; the streamer connects while it still rings, so that `Accept` has only to fill its slots. `docked` is
    whether this is the small stage of another page."""
    video, audio = session.services().hub.stage(view.me.id).open() if view else (None, None)
    with st.container(key="stage"):
        webrtc.streamer(
            KEY,
            wanted=wanted,
            mode=WebRtcMode.RECVONLY,
            ice=session.ice_servers(view),
            source_video_track=video,
            source_audio_track=audio,
        )
        direct = bool(view and view.room and view.room.goes_direct)
        tiles.show(docked=docked, direct=direct, refusal=webrtc.refusal(KEY))

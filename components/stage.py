"""The call streamer: the other person, picture and sound. What it shows is the hub's decision."""

import streamlit as st
from streamlit_webrtc import WebRtcMode

from calls.media.layout import shown, shows_grid
from calls.rooms import Participant, Room, View
from calls.states import Status
from components import session, webrtc
from components.text import plain

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


def shows_everybody(view: View | None) -> bool:
    """Whether the stage shows all who are in the room, oneself among them."""
    return view is not None and view.room is not None and bool(view.others) and shows_grid(view.me, view.room)


def caption(view: View | None) -> None:
    """Say, over the stage, whom it shows, or why there is no picture on it."""
    if view and view.room and view.room.goes_direct:
        return  # the direct call lies over it
    if text := _why_empty(view):
        with st.container(key="stage-caption"):
            st.markdown(text)
    elif text := _whom(view):
        with st.container(key="stage-name"):
            st.markdown(text)


def _why_empty(view: View | None) -> str | None:
    if view is None or view.room is None or view.me.status is not Status.IN_CALL:
        return None
    person = _shown(view, view.room)
    if person is None:
        return ":material/hourglass_empty: Nobody else is here yet. Share the link."
    grid, name = shows_grid(view.me, view.room), plain(person.name)
    if not person.connected and not grid:
        return f":material/wifi_off: {name} lost the connection. Waiting for them to come back…"
    if refusal := webrtc.refusal(KEY):
        return f":material/error: {plain(refusal)}"
    if not webrtc.playing(KEY):
        return ":material/progress_activity: Connecting…"
    if not person.camera and not grid:  # into a grid, it is written
        return f":material/videocam_off: {name} has the camera off"
    return None


def _whom(view: View | None) -> str | None:
    """Of two, each knows; of more, whose picture this is changes."""
    if view is None or view.room is None or len(view.others) < 2 or shows_grid(view.me, view.room):
        return None
    person = _shown(view, view.room)
    if person is None:
        return None
    return plain(person.name) + ("" if person.microphone else " · :material/mic_off: muted")


def _shown(view: View, room: Room) -> Participant | None:
    return next((person for person in view.others if person.id == shown(view.me, room)), None)

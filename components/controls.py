"""The buttons that belong to the person's own camera and to the running call, on whichever page."""

import streamlit as st

from calls.rooms import View
from calls.states import Status
from components import bar, devices, own_bar, page_turner, session, unread, webrtc
from components.devices import Devices
from components.text import plain

SWITCH = "camera-switch"
"""One button that turns on or off: the focus stays on it."""


def show(view: View | None, reported: Devices, *, in_room: bool, films: bool) -> None:
    """Draw them below the preview, or in its place while it is off."""
    in_call = view is not None and view.me.status is Status.IN_CALL
    if not films and not in_call:
        with st.container(key="camera-off"):
            st.markdown(":material/videocam_off: Your camera is off")
    with st.container(key="controls", horizontal=True, horizontal_alignment="center"):
        if view and in_call:
            _call(view, reported, in_room=in_room)
        else:
            _camera(view, reported, films=films)
    if refusal := webrtc.refusal("preview"):
        st.warning(plain(refusal), icon=":material/error:")
    if problem := devices.advice(reported):
        st.warning(problem, icon=":material/videocam_off:")


def _camera(view: View | None, reported: Devices, *, films: bool) -> None:
    """In a call the bar has switches for them; turning all off is for the lobby."""
    starts = not films or reported.microphone_only
    if starts:
        st.button(
            "Turn on camera",
            key=SWITCH,
            icon=":material/videocam:",
            on_click=_turn_on,
            args=(reported.errors,),
            disabled=not reported.usable,
        )
        if reported.error and reported.camera_usable and reported.microphone_usable:
            st.button(
                "Use microphone only",
                key="microphone-only",
                icon=":material/mic:",
                on_click=_turn_on,
                args=(reported.errors,),
                kwargs={"microphone_only": True},
            )
    if films:
        own_bar.show()
        if view is None or view.me.status is Status.IDLE:
            what, icon = ("camera", "videocam_off") if reported.camera_usable else ("microphone", "mic_off")
            key = "microphone-off" if starts else SWITCH
            st.button(f"Turn off {what}", key=key, icon=f":material/{icon}:", on_click=_turn_off)


def _turn_on(errors: int, *, microphone_only: bool = False) -> None:
    here = session.tab()
    here.camera, here.camera_errors, here.microphone_only = True, errors, microphone_only


def _turn_off() -> None:
    session.tab().camera = False


def _call(view: View, reported: Devices, *, in_room: bool) -> None:
    def start(camera: bool) -> None:  # noqa: FBT001
        _turn_on(reported.errors, microphone_only=not camera)

    bar.show(view.me.room or "", docked=not in_room, usable=reported.usable, on_start=start)
    if not in_room:
        st.button("Back to call", icon=":material/open_in_full:", on_click=page_turner.head_for, args=("Room",))
        unread.show()

"""The buttons that belong to the person's own camera and to the running call, on whichever page."""

import streamlit as st

from calls.rooms import View
from calls.states import Status
from components import bar, devices, direct, page_turner, session, unread, webrtc
from components.devices import Devices
from components.text import plain

SWITCH = "camera-switch"
"""One button that turns on or off: the focus stays on it."""


def show(view: View | None, reported: Devices, *, in_room: bool) -> None:
    """Draw them below the preview, or in its place while it is off."""
    if not webrtc.sending() and not direct.running(view):
        what = "camera and microphone are" if _in_call(view) else "camera is"
        with st.container(key="camera-off"):
            st.markdown(f":material/videocam_off: Your {what} off")
    with st.container(key="controls", horizontal=True, horizontal_alignment="center"):
        if not direct.running(view):
            _camera(view, reported)
        if view and _in_call(view):
            _call(view, in_room=in_room)
    if refusal := webrtc.refusal("preview"):
        st.warning(plain(refusal), icon=":material/error:")
    if problem := devices.advice(reported):
        st.warning(problem, icon=":material/videocam_off:")


def _in_call(view: View | None) -> bool:
    return view is not None and view.me.status is Status.IN_CALL


def _camera(view: View | None, reported: Devices) -> None:
    """In a call the preview's own toggles switch camera and microphone; turning all off is for the lobby."""
    starts = not webrtc.sending() or reported.microphone_only
    if starts:
        st.button(
            "Turn on camera",
            key=SWITCH,
            icon=":material/videocam:",
            on_click=_turn_on,
            args=(reported.errors,),
            disabled=not reported.usable,
        )
        if (reported.error or _in_call(view)) and reported.camera_usable and reported.microphone_usable:
            st.button(
                "Use microphone only",
                key="microphone-only",
                icon=":material/mic:",
                on_click=_turn_on,
                args=(reported.errors,),
                kwargs={"microphone_only": True},
            )
    if webrtc.sending() and (view is None or view.me.status is Status.IDLE):
        what, icon = ("camera", "videocam_off") if reported.camera_usable else ("microphone", "mic_off")
        key = "microphone-off" if starts else SWITCH
        st.button(f"Turn off {what}", key=key, icon=f":material/{icon}:", on_click=_turn_off)


def _turn_on(errors: int, *, microphone_only: bool = False) -> None:
    here = session.tab()
    here.camera, here.camera_errors, here.microphone_only = True, errors, microphone_only


def _turn_off() -> None:
    session.tab().camera = False


def _call(view: View, *, in_room: bool) -> None:
    bar.show(view.me.room or "")
    if not in_room:
        st.button("Back to call", icon=":material/open_in_full:", on_click=page_turner.head_for, args=("Room",))
        unread.show()

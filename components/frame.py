"""What stands around every page: doorbell, stage, preview, ringing, dock. It is drawn on every run, in one order.

A Streamlit component that moves in the element tree is loaded anew, and a call would die with it. So both streamers
stand here, at one place for every page, and style sheets move and resize them.
"""

from pathlib import Path

import streamlit as st

from calls.rooms import View
from calls.states import Status
from components import controls, devices, doorbell, notices, preview, ringing, session, stage, watch, webrtc
from components.devices import Devices

STYLES = Path(__file__).parent / "styles"
LOBBY, ROOM = "pages/lobby.py", "pages/room.py"


def show() -> None:
    """Draw the frame and the page in it."""
    st.set_page_config("Parley", page_icon=":material/videocam:", layout="wide")
    page = st.navigation(_pages(), position="top")
    view = session.view()
    with st.container(key="signals"):
        heard = _doorbell(view, page.title)
        reported = devices.show()
    if session.taken_over(view):
        _elsewhere()
    _follow_call(view, page.title, heard.path)
    session.tell_media(view, reported, sending=webrtc.playing(preview.KEY))
    with st.container(key="media"):
        stage.show(view)
        preview.show(view, reported, session.chain(view), wanted=_preview_wanted(view, reported))
        # Only now what comes and goes: it would push the streamers to another place.
        stage.caption(view)
        controls.show(view, reported, in_room=page.title == "Room")
    with st.container(key="page"):
        notices.show(view)
        page.run()
    for sheet in _sheets(view, page.title):
        st.html(STYLES / sheet)
    ringing.show(view)
    watch.show(view, polling=heard.polling)


def _pages() -> list[st.Page]:
    return [
        st.Page(LOBBY, title="Lobby", icon=":material/home:", default=True),
        st.Page(ROOM, title="Room", icon=":material/video_call:"),
        st.Page("pages/dashboard.py", title="Dashboard", icon=":material/monitoring:"),
        st.Page("pages/history.py", title="History", icon=":material/history:"),
    ]


def _doorbell(view: View | None, title: str) -> doorbell.Heard:
    here = session.tab()
    return doorbell.show(
        view,
        page=title,
        session=here.id,
        heard=here.heard,
        token=here.token,
        name=here.name,
        push=session.services().settings.push,
        on_hello=session.resume,
    )


def _elsewhere() -> None:
    """Another tab took this one's seat (a duplicated tab, say): stop here, before anything is drawn twice."""
    st.info("Parley is open in another tab, which took over your place.", icon=":material/tab:")
    st.button("Use it here", on_click=session.take_back, type="primary")
    st.stop()


def _follow_call(view: View | None, title: str, path: str | None) -> None:
    """Open the room's page by itself, once a call; and leave it when the call is over."""
    here = session.tab()
    room = view.me.room if view and view.me.status is Status.IN_CALL else None
    if room and here.shown_room != room:
        if title != "Room":
            st.switch_page(ROOM)
        # What the browser asked for before it heard of the switch still runs the page before: once more, then.
        if path is None or path.endswith("/room"):
            here.shown_room = room
    if not room and here.shown_room:
        if title == "Room":
            st.switch_page(LOBBY)
        here.shown_room = None


def _preview_wanted(view: View | None, reported: Devices) -> bool:
    here = session.tab()
    if reported.errors > here.camera_errors:
        return False  # it failed: the person is told why, and turns it on again
    return here.camera or (view is not None and view.me.status is not Status.IDLE and _auto_preview())


def _auto_preview() -> bool:
    return session.services().settings.auto_preview


def _sheets(view: View | None, title: str) -> list[str]:
    status = view.me.status if view else Status.IDLE
    sheets = ["frame.css"]
    if title == "Lobby":
        sheets.append("lobby.css")
    elif status is Status.IN_CALL:
        sheets.append("room.css" if title == "Room" else "dock.css")
    else:
        sheets.append("plain.css")
    if not webrtc.sending():
        sheets.append("camera_off.css")
    if status in (Status.OUTGOING, Status.INCOMING):
        sheets.append("ringing.css")
    return sheets

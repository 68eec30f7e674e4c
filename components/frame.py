"""What stands around every page: doorbell, stage, preview, ringing, dock. It is drawn on every run, in one order.

A Streamlit component that moves in the element tree is loaded anew, and a call would die with it. So both streamers
stand here, at one place for every page, and style sheets move and resize them.
"""

from collections.abc import Iterable
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from calls import views
from calls.rooms import View
from calls.states import Status
from components import (
    comings,
    controls,
    devices,
    direct,
    doorbell,
    effect_picker,
    focus,
    notices,
    page_turner,
    path_notices,
    plan,
    preview,
    ringing,
    room_link,
    session,
    stage,
    toasts,
    watch,
    webrtc,
)

SHEET = (Path(__file__).parent / "frame.css").read_text(encoding="utf-8")


def show() -> None:
    """Draw the frame and the page in it."""
    # A Material icon would be asked of a server of Google's, at every run.
    st.set_page_config("Parley", page_icon="🎥", layout="wide")
    page = st.navigation(_pages(), position="top")
    view = session.view()
    if not session.taken_over(view):
        view = direct.mind_effects(view)
    _follow_call(view, page.title)
    _forget_what_was_left(view)
    _forget_that_it_was_off(view)
    planned = plan.decide(_facts(view, page.title))
    signals = st.container(key="signals")
    with signals:
        asks_since = _doorbell(view, planned)
        styles = st.container(key="styles")
        page_turner.show()
        reported = devices.show(microphone_only=session.tab().microphone_only, here=planned.here)
        comings.show(here=planned.here)
        ringing.show(planned.camera_line, here=planned.here)
    if not planned.here:
        _dress(styles, planned.modes)
        webrtc.forget()
        _elsewhere()
    with st.container(key="media"):
        stage.show(view, wanted=planned.stage, docked=page.title != "Room")
        preview.show(view, wanted=planned.preview)
        direct.show(view, sends=planned.films)
        # Only now what comes and goes: it would push the streamers to another place.
        controls.show(view, reported, in_room=page.title == "Room", films=planned.films)
    _dress(styles, planned.modes)  # now, because the page below is to come at its place
    with st.container(key="page"):
        with st.container():  # what comes and goes in it leaves the page below at its place
            notices.show(view)
            path_notices.show(view)
            effect_picker.tell_failure(session.feed().chain)
        if _arriving():
            st.caption(":material/progress_activity: Connecting…")
        else:
            page.run()
            direct.mind_effects(view)  # one may have been chosen just now
    with signals:  # only now, because on the page effects are chosen
        preview.prepare(view, reported, films=planned.films)
        focus.show(view, arriving=_arriving(), films=planned.films)
    watch.show(view.me.id if view else None, asks_since)
    toasts.show()  # only now, because all of the page may have something to say


def _pages() -> list[st.Page]:
    return [
        st.Page(page_turner.FILES["Lobby"], title="Lobby", icon=":material/home:", default=True),
        st.Page(page_turner.FILES["Room"], title="Room", icon=":material/video_call:"),
        st.Page("pages/dashboard.py", title="Dashboard", icon=":material/monitoring:"),
        st.Page("pages/history.py", title="History", icon=":material/history:"),
    ]


def _arriving() -> bool:
    """Whether a browser has still to say who this tab was: until then the page would be a stranger's, and a click in it
    lost. Where the script runs without a browser, there is nobody to wait for."""
    return not session.tab().heard and bool(st.context.headers)


def _facts(view: View | None, title: str) -> plan.Facts:
    here = session.tab()
    return plan.Facts(
        view=view,
        title=title,
        devices=devices.reported(microphone_only=here.microphone_only),
        camera=plan.Camera(
            wanted=here.camera,
            errors_before=here.camera_errors,
            by_itself=session.services().settings.auto_preview,
            invited=room_link.invitation() is not None,
        ),
        arriving=_arriving(),
        taken_over=session.taken_over(view),
        connected=webrtc.playing(preview.KEY),
        shows=webrtc.playing(stage.KEY),
    )


def _doorbell(view: View | None, planned: plan.Plan) -> int | None:
    """Draw it; the version from which on this session has to ask for news, None where it is told or has none."""
    here, services, watches = session.tab(), session.services(), planned.watches
    public = services.registry.version(None)
    version = max(view.version if view else 0, public if watches or not view else 0)
    polling = doorbell.polls(push=services.settings.push)
    greeting = doorbell.Greeting(
        version=version,
        page=views.page(view, services.registry.past if watches else None),
        session=here.id,
        heard=here.heard,
        token=here.token,
        watches=watches,
        waits=planned.waits,
        name=here.name,
        sends=here.sends,
        room=here.belongs,
        push=services.settings.push,
        messages=session.messages(watches=watches) if polling else [],
        answers=here.replies.answers,
    )
    doorbell.show(greeting, on_hello=session.resume, on_acts=session.perform)
    return max(version, public) if polling and (view or watches) else None


def _elsewhere() -> None:
    """Another tab took this one's seat (a duplicated tab, say): stop here, before anything is drawn twice."""
    st.info("Parley is open in another tab, which took over your place.", icon=":material/tab:")
    st.button("Use it here", on_click=session.take_back, type="primary")
    st.stop()


def _follow_call(view: View | None, title: str) -> None:
    """Go to the room's page when a call begins, and to the lobby from there when it is over."""
    here = session.tab()
    room = view.me.room if view and view.me.status is Status.IN_CALL else None
    if room == here.room:
        return
    lost = view is not None and not room and session.is_lost(view)
    here.room, here.left = room, here.room if lost else None
    if room:
        page_turner.head_for("Room")
    elif "Room" in (title, page_turner.heading()):
        page_turner.head_for("Lobby")


def _forget_what_was_left(view: View | None) -> None:
    """The way back into a room ends with the line that tells of it."""
    if view and not view.ending:
        session.tab().left = None


def _forget_that_it_was_off(view: View | None) -> None:
    """A ring starts the camera: who has turned it off had tried it before."""
    if view and view.me.status in (Status.OUTGOING, Status.INCOMING):
        session.tab().camera = session.tab().camera or None


def _dress(styles: DeltaGenerator, modes: Iterable[str]) -> None:
    with styles:
        # A style sheet alone would be put among the notices. A notice outlives a run that is broken off: then it has
        # no place there, and Streamlit's whole page goes white.
        st.html(f"<i></i><style>{SHEET}</style>")
        st.html(f'<i class="{" ".join(f"parley-{mode}" for mode in modes)}"></i>')

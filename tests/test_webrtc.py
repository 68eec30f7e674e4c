"""What components/webrtc.py and the front ends beside it rely on inside streamlit-webrtc.

Most of it is no promise of that library: when one of these tests fails after an update, read the adapter again.
"""

import ast
import asyncio
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import streamlit_webrtc
from streamlit.runtime.app_session import AppSessionState
from streamlit_webrtc import WebRtcStreamerContext, component, relay, shutdown
from streamlit_webrtc import webrtc as webrtc_module
from streamlit_webrtc.component import WebRtcStreamerState

from calls.media.rtc.connection import RTCPeerConnection
from calls.media.stage import Stage
from components import webrtc, webrtc_frontend
from components.webrtc import PATIENCE
from tests.people import FakeClock

ROOT = Path(__file__).parent.parent
DIST = Path(streamlit_webrtc.__file__).parent / "frontend" / "dist"
NAME = r"[\w$]+"  # of a variable, after the front end's build has shortened it


@pytest.fixture(scope="module")
def front_end() -> str:
    """The built script that draws a streamer; what it loads later stands in files of its own."""
    page = (DIST / "index.html").read_text(encoding="utf-8")
    scripts: list[str] = re.findall(r'src="\./(assets/index-[\w-]+\.js)"', page)
    assert len(scripts) == 1
    return (DIST / scripts[0]).read_text(encoding="utf-8")


def ours(path: str) -> str:
    return (ROOT / "components" / path).read_text(encoding="utf-8")


# The names that the adapter replaces or calls


def parameters(module: ModuleType, function: str) -> list[str]:
    """The parameters of a function as its library wrote it, whatever stands in its place now."""
    tree = ast.parse(inspect.getsource(module))
    [found] = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    return [argument.arg for argument in found.args.args]


def callers(module: ModuleType, function: str) -> set[str]:
    """The functions of a module that call this one by its plain name, and so find what we put in its place."""
    return {
        outer.name
        for outer in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(outer, ast.FunctionDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
    }


@pytest.mark.parametrize(
    ("module", "function", "takes", "called_by"),
    [
        (
            shutdown,
            "_get_current_page_script_hash",
            ["app_session"],
            {"_polling_thread_impl", "_resolve_initial_page_script_hash"},
        ),
        (component, "_restore_snapshot_if_needed", ["context", "component_value"], {"webrtc_streamer"}),
        (component, "_reset_context", ["context"], None),
        (component, "compile_state", ["component_value"], None),
        (component, "generate_frontend_component_key", ["original_key"], None),
    ],
)
def test_the_library_has_what_is_adapted(
    module: ModuleType, function: str, takes: list[str], called_by: set[str] | None
) -> None:
    """The function is there with these parameters; one that is replaced is called where the replacement expects it."""
    assert parameters(module, function) == takes
    assert called_by is None or callers(module, function) == called_by


def test_runs_are_counted_where_the_adapter_stops_it() -> None:
    """The library asks for the count of runs in two places; both take None for `not known`, and then end nothing."""
    assert callers(component, "get_script_run_count") == {"_get_or_create_context", "_restore_snapshot_if_needed"}
    source = inspect.getsource(component._get_or_create_context)
    assert source.count("current_run_count is not None") == 2
    stand_in: Callable[[Any], object] = vars(component)["get_script_run_count"]
    assert stand_in(SimpleNamespace(script_run_count=7)) is None


def test_the_relay_can_be_put_in_place() -> None:
    """The library looks for the server's relay under this name before it makes one of its own."""
    assert isinstance(relay._SERVER_GLOBAL_RELAY_ATTR_NAME_, str)
    source = inspect.getsource(relay.get_global_relay)
    assert "hasattr(singleton, _SERVER_GLOBAL_RELAY_ATTR_NAME_)" in source
    assert "return getattr(singleton, _SERVER_GLOBAL_RELAY_ATTR_NAME_)" in source


# What the adapter makes of them


def ends_on_another_page() -> bool:
    """Whether a connection made on one page ends when its session shows another."""
    ended: list[bool] = []
    observer = shutdown.SessionShutdownObserver(lambda: ended.append(True))
    session = SimpleNamespace(
        id="session", _state=AppSessionState.APP_IS_RUNNING, _client_state=SimpleNamespace(page_script_hash="history")
    )
    observer._polling_thread_stop_event.set()  # look once
    observer._polling_thread_impl(lambda: session, "lobby")  # type: ignore[arg-type]
    return bool(ended)


def test_a_connection_survives_a_change_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the library no page has changed; left alone, it would end the call."""
    assert not ends_on_another_page()
    monkeypatch.setattr(
        shutdown, "_get_current_page_script_hash", lambda session: session._client_state.page_script_hash
    )
    assert ends_on_another_page()


def test_what_the_front_end_said_last_holds() -> None:
    """However many runs lose it, until it says something else; a context that was reset starts from nothing."""
    context: WebRtcStreamerContext[Any, Any] = WebRtcStreamerContext(None, WebRtcStreamerState(False, False))  # noqa: FBT003
    last: Callable[..., object] = component._restore_snapshot_if_needed
    assert last(context, None) is None
    assert [last(context, {"playing": True}), last(context, None), last(context, None)] == [{"playing": True}] * 3
    assert [last(context, {"playing": False}), last(context, None)] == [{"playing": False}] * 2
    component._reset_context(context)
    assert last(context, None) is None


def test_an_offer_is_understood_as_signalling() -> None:
    """The state that a new offer is given is the one that the library gives it."""
    state = component.compile_state({"playing": False, "sdpOffer": {"type": "offer", "sdp": "v=0"}})
    assert state == WebRtcStreamerState(playing=False, signalling=True)


def test_connections_are_ours() -> None:
    """The library makes all of them by a name that stands for ours, and puts the tracks of a stage into them."""
    assert vars(webrtc_module)["RTCPeerConnection"] is RTCPeerConnection
    makers = {
        node.func.id
        for node in ast.walk(ast.parse(inspect.getsource(webrtc_module)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("PeerConnection")
    }
    assert makers == {"RTCPeerConnection"}


async def test_a_track_of_a_stage_is_not_relayed() -> None:
    """Packets find their readers in calls/media: a relay would read the track, and there is nothing to read."""
    stage = Stage(asyncio.get_running_loop(), 1)
    for track in stage.open():
        for options in ({}, {"buffered": True}, {"buffered": False}):
            assert webrtc.NoRelay().subscribe(track, **options) is track


def test_an_answer_says_which_offer_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the line that names the offer (RFC 8866, section 5.2), beside what a browser takes. Twice is no harm."""
    context: WebRtcStreamerContext[Any, Any] = WebRtcStreamerContext(None, WebRtcStreamerState(False, False))  # noqa: FBT003
    attempt = webrtc.Attempt(offer="v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\n")
    state = {"preview": context, "preview-attempt": attempt}
    monkeypatch.setattr(webrtc, "st", SimpleNamespace(session_state=state))
    webrtc._address_answer("preview")
    assert context._sdp_answer_json is None
    context._sdp_answer_json = json.dumps({"type": "answer", "sdp": "v=0"})
    for _ in range(2):
        webrtc._address_answer("preview")
        named = {"type": "answer", "sdp": "v=0", "offer": "o=- 4611731400430051336 2 IN IP4 127.0.0.1"}
        assert json.loads(context._sdp_answer_json) == named
    webrtc.forget()
    assert context._sdp_answer_json is None
    assert not webrtc.connecting("preview")


# When a streamer plays


def servers(credential: str) -> webrtc.IceServers:
    """What a browser and this server are given, with a password of the moment."""
    server = {"urls": ["turn:turn.example.org"], "username": "1:alice", "credential": credential}
    return [server], [server]


class Session:
    """One session, its clock, and what its front end says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.state = FakeClock(), {webrtc_frontend.KEY: {"ready": True}}
        self.ice = servers("one")
        for module in (webrtc, webrtc_frontend):
            monkeypatch.setattr(module, "st", SimpleNamespace(session_state=self.state))
        monkeypatch.setattr(webrtc, "time", SimpleNamespace(monotonic=self.clock))

    def says(self, *, playing: bool) -> None:
        state = WebRtcStreamerState(playing=playing, signalling=not playing)
        self.state["preview"] = SimpleNamespace(state=state)  # type: ignore[assignment]

    def runs(self, *, wanted: bool = True, after: float = 0.1) -> bool:
        """What the streamer is told in a run that comes so much later."""
        self.clock.advance(after)
        return webrtc._should_play("preview", wanted=wanted, ice=self.ice)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    return Session(monkeypatch)


def test_a_streamer_waits_for_its_frames(session: Session) -> None:
    """It is not told to play before both frames are prepared: the first connection would not be the only one. In
    the run that says they are, it is told, for there may be no other one."""
    del session.state[webrtc_frontend.KEY]
    assert not session.runs()
    assert not webrtc.connecting("preview")
    session.state[webrtc_frontend.KEY] = {"ready": True}
    assert session.runs()
    assert webrtc.connecting("preview")


def test_a_streamer_that_hangs_is_tried_anew(session: Session) -> None:
    """It has eight seconds; then one run of rest, and the next one starts again."""
    assert session.runs()
    assert session.runs(after=PATIENCE - 0.1)
    assert not webrtc.overdue("preview")
    assert [session.runs(after=0.2), session.runs(), session.runs(after=PATIENCE - 1)] == [False, True, True]


def test_each_try_has_more_time(session: Session) -> None:
    """On a machine that is busy the third may be the first that is not given up too early; there is an end to that, and
    a streamer that has played or was not wanted begins as at first."""
    assert session.runs()
    for tries in (1, 2, 3, 4, 4):
        assert session.runs(after=PATIENCE * tries - 0.2)
        assert [session.runs(after=0.3), session.runs()] == [False, True]
    session.says(playing=True)
    session.runs()
    session.says(playing=False)
    assert [session.runs(after=PATIENCE - 0.2), session.runs(after=0.3)] == [True, False]
    session.runs(wanted=False)
    session.runs()
    assert [session.runs(after=PATIENCE - 0.2), session.runs(after=0.3)] == [True, False]


def test_a_streamer_that_plays_has_all_the_time(session: Session) -> None:
    """However long it plays, it is told to go on, and it has eight new seconds when it stops by itself."""
    session.runs()
    session.says(playing=True)
    assert [session.runs(after=1_000) for _ in range(3)] == [True] * 3
    assert not webrtc.connecting("preview")
    session.says(playing=False)
    assert session.runs(after=PATIENCE - 1)
    assert not session.runs(after=1.1)


def test_a_connection_keeps_the_servers_that_it_began_with(session: Session) -> None:
    """Credentials are renewed during a call: it goes on with its own, and the next connection has the new ones."""
    session.runs()
    session.says(playing=True)
    session.ice = servers("two")
    assert [session.runs(after=4_000) for _ in range(2)] == [True, True]
    assert webrtc._attempt("preview").ice == servers("one")
    session.runs(wanted=False)
    session.says(playing=False)
    assert session.runs()
    assert webrtc._attempt("preview").ice == servers("two")


def test_a_streamer_that_finds_no_way_begins_anew_with_more_servers(session: Session) -> None:
    """A visitor's preview behind a firewall does not connect; with a name there are TURN servers, and it is tried with
    them at once."""
    session.ice = ([], [])
    assert session.runs()
    session.ice = servers("one")
    assert [session.runs(), session.runs(), session.runs()] == [False, True, True]
    assert webrtc._attempt("preview").ice == servers("one")


def test_a_streamer_that_is_not_wanted_rests(session: Session) -> None:
    """At once, and its next attempt has all its time."""
    session.runs()
    assert not session.runs(wanted=False, after=PATIENCE - 1)
    assert not webrtc.connecting("preview")
    assert session.runs(after=PATIENCE)
    assert session.runs(after=PATIENCE - 1)


# The library's front end


def test_it_offers_as_our_connections_expect(front_end: str) -> None:
    """It makes one kind of connection, and reads the offer after setLocalDescription is through: our connection can
    hold it back until the candidates are in it. (components/browser/latest.js)"""
    assert len(re.findall(r"new RTCPeerConnection\(", front_end)) == 1
    offer = rf"({NAME})\.createOffer\(\)\.then\(({NAME})=>\1\.setLocalDescription\(\2\)\.then\(\(\)=>"
    assert re.search(offer + rf"\{{let {NAME}=\1\.localDescription;", front_end)


def test_it_listens_for_candidates_as_our_connections_expect(front_end: str) -> None:
    """By addEventListener, which our connection overrides, and not by a property."""
    assert re.search(r"\.addEventListener\([`'\"]icecandidate[`'\"],", front_end)
    assert "onicecandidate" not in front_end


def test_its_page_has_the_element_that_is_waited_for() -> None:
    """Its frame is ready to be prepared when its document has this element."""
    assert '<div id="root">' in (DIST / "index.html").read_text(encoding="utf-8")
    assert 'getElementById("root")' in ours("browser/webrtc_frontend.js")


def test_it_captures_nothing_where_nothing_is_asked_for(front_end: str) -> None:
    """And then asks for one picture in return, before it offers. (components/browser/media_sections.js)"""
    assert re.search(rf"if\(.*?!({NAME})\.audio&&!\1\.video\)return null;", front_end)
    assert re.search(r"\.addTransceiver\(`video`,\{direction:`recvonly`\}\)", front_end)


def test_it_waits_for_the_answer_that_is_taken(front_end: str) -> None:
    """It hands a connection whatever it was given as the answer, for as long as the connection has none: one that is
    refused without an error is followed by the right one."""
    taken = rf"({NAME})\.remoteDescription==null&&({NAME})&&{NAME}\.webRtcState===`SIGNALLING`\)"
    assert re.search(taken + rf"\{{let ({NAME})=JSON\.parse\(\2\);.*?\1\.setRemoteDescription\(\3\)", front_end)

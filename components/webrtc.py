"""The one place that adapts streamlit-webrtc, whose version is pinned. tests/test_webrtc.py fails when it changes.

Four of its habits would break a call, and each is answered here:
1. A background thread stops a connection when the session's page changes. Parley's streamers stand in the frame around
   the pages, so for them no page has changed: `_get_current_page_script_hash` always answers "".
2. Its relay buffers without end, so a slow reader falls behind for ever. Here a picture is relayed newest frame only,
   and the track of a stage, which has one reader, is not relayed at all.
3. Told to play while its frame is still loading, it opens several connections. It is told so only once every streamer
   has reported that its frame is there, and again when it does not play after a while.
4. It registers its front end only when a script run is the first to import it; here the server is.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import streamlit as st
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay
from streamlit.runtime.runtime import Runtime
from streamlit_webrtc import WebRtcMode, WebRtcStreamerContext, shutdown, webrtc_streamer
from streamlit_webrtc.component import _component_func, generate_frontend_component_key
from streamlit_webrtc.credentials import get_available_ice_servers
from streamlit_webrtc.eventloop import get_global_event_loop, loop_context
from streamlit_webrtc.relay import _SERVER_GLOBAL_RELAY_ATTR_NAME_, get_global_relay

from calls.media.stage import StageTrack

PATIENCE = 8.0  # seconds that a connection may take before it is tried anew
STREAMERS = ("preview", "call")

shutdown._get_current_page_script_hash = lambda app_session: ""  # noqa: SLF001, ARG005


class LiveRelay(MediaRelay):
    """aiortc's relay, for live media: no reader can fall behind."""

    def subscribe(self, track: MediaStreamTrack, buffered: bool | None = None) -> MediaStreamTrack:  # noqa: FBT001
        """A proxy of the track; a stage's track itself, since nobody else reads it."""
        if isinstance(track, StageTrack):
            return track
        return super().subscribe(track, buffered=track.kind == "audio" if buffered is None else buffered)


def event_loop() -> asyncio.AbstractEventLoop:
    """The loop that aiortc runs on: Streamlit's own."""
    return get_global_event_loop()


def subscribe(track: MediaStreamTrack) -> MediaStreamTrack:
    """One more reader of a connection's track."""
    return _relay().subscribe(track)


def _relay() -> MediaRelay:
    runtime = Runtime.instance()
    if not hasattr(runtime, _SERVER_GLOBAL_RELAY_ATTR_NAME_):
        runtime.component_registry.register_component(_component_func)
        with loop_context(event_loop()):
            setattr(runtime, _SERVER_GLOBAL_RELAY_ATTR_NAME_, LiveRelay())
    return get_global_relay()


def resolve_turn() -> list[dict[str, Any]]:
    """The servers of a TURN provider whose credentials are in the environment, else a public STUN server."""
    return [dict(server) for server in get_available_ice_servers()]


@dataclass(slots=True)
class Attempt:
    """What one streamer has been told."""

    mounted: bool = False
    """Its frame has reported once. The report itself comes and goes with reruns."""
    since: float | None = None
    """Since when it should play; None while it rests."""


def streamer(
    key: str,
    *,
    wanted: bool,
    mode: WebRtcMode,
    ice: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    **options: Any,
) -> WebRtcStreamerContext[Any, Any]:
    """Draw a streamer that plays when `wanted`. `ice` is the browser's list of ICE servers, and this server's."""
    _relay()
    browser, server = ice
    return webrtc_streamer(
        key=key,
        mode=mode,
        desired_playing_state=_should_play(key, wanted=wanted),
        frontend_rtc_configuration={"iceServers": browser},
        server_rtc_configuration={"iceServers": server},
        **options,
    )


def playing(key: str) -> bool:
    """Whether the streamer's connection is up, as far as the last run knew."""
    return key in st.session_state and bool(st.session_state[key].state.playing)


def connecting(key: str) -> bool:
    """Whether the streamer should play and does not yet."""
    return _attempt(key).since is not None and not playing(key)


def sending() -> bool:
    """Whether the preview is on, or about to be."""
    return connecting("preview") or playing("preview")


def overdue(key: str) -> bool:
    """Whether the streamer has had all the time that it may take."""
    since = _attempt(key).since
    return connecting(key) and since is not None and time.monotonic() - since > PATIENCE


def _should_play(key: str, *, wanted: bool) -> bool:
    attempt = _attempt(key)
    if not wanted or not all(_mounted(each) for each in STREAMERS):
        attempt.since = None
        return False
    if overdue(key):
        attempt.since = None  # one run of rest; the next one tries anew
        return False
    attempt.since = attempt.since or time.monotonic()
    return True


def _mounted(key: str) -> bool:
    attempt = _attempt(key)
    attempt.mounted = attempt.mounted or st.session_state.get(generate_frontend_component_key(key)) is not None
    return attempt.mounted


def _attempt(key: str) -> Attempt:
    return st.session_state.setdefault(f"{key}-attempt", Attempt())  # type: ignore[no-any-return]

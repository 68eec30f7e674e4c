"""The one place that adapts streamlit-webrtc, whose version is pinned. tests/test_webrtc.py fails when it changes.

Some of its habits would break a call. Those of its front end are answered in
components/browser/webrtc_frontend.js, others here:
1. A background thread stops a connection when the session's page changes. Parley's streamers stand in the frame around
   the pages, so for them no page has changed: `_get_current_page_script_hash` always answers "".
2. It ends a connection that one run of the script has not drawn, and counts runs that were broken off by the next one.
   Parley draws both streamers on every run that gets to its end, so here runs are not counted, and what the front end
   said last holds until it says something else.
3. A connection that its front end has lost and offered anew between two runs gets the answer to the old offer, for
   ever. Here a new offer starts from nothing.
4. Its connections decode what they get and encode what they send, and its relay buffers without end. Here they are
   those of calls/media/rtc, whose tracks have one reader each and are not relayed.
5. It keeps the connections of a tab that was closed for as long as Streamlit keeps the session. Here they are ended.
6. An offer that aiortc refuses breaks off the run, and the next one tries it again. Here it is tried once, the person
   is told, and the run goes on. What the front end says is anybody's: what is not of the right form is not handed on.
7. Its front end gives whatever answer it was handed last to a connection that has just begun, also the one to the
   connection before. Here an answer names its offer, and components/browser/latest.js takes no other.
It also registers its front end only when a script run is the first to import it; here the server is.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import streamlit as st
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit_webrtc import WebRtcMode, WebRtcStreamerContext, component, shutdown, webrtc, webrtc_streamer
from streamlit_webrtc.credentials import get_available_ice_servers
from streamlit_webrtc.eventloop import get_global_event_loop, loop_context
from streamlit_webrtc.relay import _SERVER_GLOBAL_RELAY_ATTR_NAME_

from calls import limits
from calls.allowance import Allowances, network
from calls.errors import OfferError, RateLimitError
from calls.media.rtc import description
from calls.media.rtc.connection import RTCPeerConnection
from components import webrtc_frontend

logger = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds that a connection may take before it is tried anew
PATIENT_TRIES = 4  # that many times that long at most: each try has more time, for a machine that is busy
KEEP = 10.0  # seconds that a tab which has gone may take to come back to its connections
STREAMERS = ("preview", "call")

# ruff: noqa: SLF001 - this is the module that knows the library from inside


def _last_value(context: WebRtcStreamerContext[Any, Any], value: object) -> dict[str, Any] | None:
    """What the front end said last: a rerun can lose it."""
    if isinstance(value, dict):
        kept = value | ({"iceCandidates": _candidates(value["iceCandidates"])} if "iceCandidates" in value else {})
        context._component_value_snapshot = component.ComponentValueSnapshot(kept, run_count=0)
    snapshot = context._component_value_snapshot
    return snapshot.component_value if snapshot else None


def _candidates(said: object) -> dict[str, dict[str, Any]]:
    """The candidates that are of the right form; their connection takes no more than so many."""
    if not isinstance(said, dict):
        return {}
    formed = (
        (str(name), each) for name, each in islice(said.items(), limits.CANDIDATE_LINES) if isinstance(each, dict)
    )
    return {name: each for name, each in formed if _is_candidate(each.get("candidate"))}


def _is_candidate(line: object) -> bool:
    return isinstance(line, str) and 0 < len(line) <= limits.CANDIDATE_LENGTH


def _state(value: object) -> component.WebRtcStreamerState:
    """Whether it plays, as the front end says; what says nothing of it does not."""
    return _compile_state(value if isinstance(value, Mapping) else {})


def _reconcile(
    context: WebRtcStreamerContext[Any, Any], key: str, sdp_offer: object, *, make_worker: Callable[[], Any]
) -> None:
    """Bring up the connection that is offered, once. An offer that is refused is told of, and not tried again."""
    attempt = _attempt(key)
    try:
        offer = None if attempt.refusal or context._get_worker() else _checked(sdp_offer)
        _handle_worker_lifecycle(context, key, offer, make_worker=make_worker)
    except (OfferError, RateLimitError) as error:
        logger.warning("An offer was refused: %s", error)
        attempt.refusal = str(error)
    except Exception as error:  # aiortc's parser, and what it hands on to, raise whatever an offer makes of them
        logger.warning("An offer was refused: %r", error, exc_info=True)
        attempt.refusal = str(description.refused("it could not be understood"))


def _checked(offer: object) -> dict[str, str] | None:
    """The offer, checked before anything is made for it: a certificate, threads, sockets."""
    if not offer:
        return None
    _count_offer()
    if not isinstance(offer, Mapping) or offer.get("type") != "offer":
        raise description.refused("it is no offer")
    return {"type": "offer", "sdp": description.checked(offer.get("sdp"))}


def _count_offer() -> None:
    """Raises RateLimitError where this session, or its address, makes offers without end."""
    run = get_script_run_ctx()
    _allowances.spend(limits.OFFERS, run.session_id if run else "")
    _allowances.spend(limits.OFFERS.times(limits.ADDRESS_PEOPLE), network(st.context.ip_address))


_allowances = Allowances(time.monotonic)
_compile_state, _handle_worker_lifecycle = component.compile_state, component._handle_worker_lifecycle
REPLACED = (
    (shutdown, "_get_current_page_script_hash", lambda app_session: ""),  # noqa: ARG005
    (component, "get_script_run_count", lambda session_info: None),  # noqa: ARG005
    (component, "_restore_snapshot_if_needed", _last_value),
    (component, "compile_state", _state),
    (component, "_handle_worker_lifecycle", _reconcile),
    (webrtc, "RTCPeerConnection", RTCPeerConnection),
)
for module, name, ours in REPLACED:
    setattr(module, name, ours)


class NoRelay(MediaRelay):
    """aiortc's relay is for tracks that several read. Packets find their readers in calls/media."""

    def subscribe(self, track: MediaStreamTrack, buffered: bool = True) -> MediaStreamTrack:  # noqa: ARG002, FBT001, FBT002
        """The track itself."""
        return track


def event_loop() -> asyncio.AbstractEventLoop:
    """The loop that aiortc runs on: Streamlit's own."""
    return get_global_event_loop()


def _prepare_server() -> None:
    runtime = Runtime.instance()
    if not hasattr(runtime, _SERVER_GLOBAL_RELAY_ATTR_NAME_):
        runtime.component_registry.register_component(component._component_func)
        with loop_context(event_loop()):
            setattr(runtime, _SERVER_GLOBAL_RELAY_ATTR_NAME_, NoRelay())


def resolve_turn() -> list[dict[str, Any]]:
    """The servers of a TURN provider whose credentials are in the environment, else a public STUN server."""
    return [dict(server) for server in get_available_ice_servers()]


IceServers = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""W3C's RTCIceServer dictionaries: the browser's, and this server's."""


@dataclass(slots=True)
class Attempt:
    """What one streamer has been told, and has answered."""

    since: float | None = None
    """Since when it should play; None while it rests."""
    tries: int = 1
    """How many there were since it played last."""
    offer: str | None = None
    """The SDP of its last offer."""
    refusal: str | None = None
    """Why that was refused, in words for the person."""
    ice: IceServers = ([], [])
    """The ICE servers that it has been given. Their credentials are renewed, and a visitor gets more of them with a
    name; but a list that changes can make the front end begin anew, so each connection keeps its own."""


def streamer(
    key: str,
    *,
    wanted: bool,
    mode: WebRtcMode,
    ice: IceServers,
    **options: Any,
) -> WebRtcStreamerContext[Any, Any]:
    """Draw a streamer that is connected when `wanted`. `ice` is the browser's list of ICE servers, and this server's.
    The library captures nothing: what is sent, components/browser/outlets.js puts into the connection."""
    _prepare_server()
    _begin_anew(key)
    _address_answer(key)
    plays = _should_play(key, wanted=wanted, ice=ice)
    browser, server = _attempt(key).ice if plays else ice
    context = webrtc_streamer(
        key=key,
        mode=mode,
        desired_playing_state=plays,
        media_stream_constraints={"video": False, "audio": False},
        frontend_rtc_configuration={"iceServers": browser},
        server_rtc_configuration={"iceServers": server},
        **options,
    )
    _drawn().hold(context)
    return context


def received(context: WebRtcStreamerContext[Any, Any]) -> tuple[MediaStreamTrack, ...]:
    """The tracks that come from the browser, in the order of their m-lines; none before the connection is offered."""
    connection = getattr(context._get_worker(), "pc", None)
    return connection.received if isinstance(connection, RTCPeerConnection) else ()


class Drawn:
    """The streamers of one session. A session that comes back after a drop draws the same ones anew."""

    _holder: ClassVar[WeakKeyDictionary[WebRtcStreamerContext[Any, Any], "Drawn"]] = WeakKeyDictionary()

    def hold(self, context: WebRtcStreamerContext[Any, Any]) -> None:
        """This session has drawn the streamer."""
        self._holder[context] = self

    def release(self) -> None:
        """The tab has gone: end the connections, unless it comes back in time."""
        timer = threading.Timer(KEEP, self._end)
        timer.daemon = True
        timer.start()

    def _end(self) -> None:
        for context in [context for context, holder in self._holder.items() if holder is self]:
            component._reset_context(context)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Drawn.release)
def _drawn() -> Drawn:
    return Drawn()


def forget() -> None:
    """This run draws no streamer, so the browser has thrown away what it had of them: end their connections."""
    for key in STREAMERS:
        st.session_state.pop(f"{key}-attempt", None)
        if key in st.session_state:
            component._reset_context(st.session_state[key])


def playing(key: str) -> bool:
    """Whether the streamer's connection is up, as far as the last run knew."""
    return key in st.session_state and bool(st.session_state[key].state.playing)


def connecting(key: str) -> bool:
    """Whether the streamer should play and does not yet."""
    return _attempt(key).since is not None and not playing(key)


def overdue(key: str) -> bool:
    """Whether the streamer has had all the time that it may take."""
    since = _attempt(key).since
    patience = PATIENCE * min(_attempt(key).tries, PATIENT_TRIES)
    return connecting(key) and since is not None and time.monotonic() - since > patience


def refusal(key: str) -> str | None:
    """Why the streamer's last offer was refused, in whole sentences."""
    return _attempt(key).refusal


def _should_play(key: str, *, wanted: bool, ice: IceServers) -> bool:
    attempt = _attempt(key)
    if not wanted or not webrtc_frontend.ready():
        attempt.since, attempt.tries = None, 1
        return False
    late = overdue(key)
    attempt.tries = 1 if playing(key) else attempt.tries + late
    found_way = connecting(key) and attempt.ice != ice  # behind a firewall, a person with a name has TURN servers
    if late or found_way:
        attempt.since = None  # one run of rest; the next one tries anew
        return False
    if attempt.since is None:
        attempt.ice = ice
    if attempt.since is None or playing(key):
        attempt.since = time.monotonic()
    return True


def _begin_anew(key: str) -> None:
    value = st.session_state.get(component.generate_frontend_component_key(key))
    offer = value.get("sdpOffer") if isinstance(value, Mapping) else None
    sdp = offer.get("sdp") if isinstance(offer, Mapping) else None
    if isinstance(sdp, str) and sdp != _attempt(key).offer:
        _attempt(key).offer, _attempt(key).refusal = sdp, None
        if key in st.session_state:
            component._reset_context(st.session_state[key])
            st.session_state[key]._set_state(component.compile_state(value))


def _address_answer(key: str) -> None:
    """Say in the answer which offer it is for, by the line of SDP that names one (`o=`: RFC 8866, section 5.2)."""
    context, offer = st.session_state.get(key), _attempt(key).offer
    if context is not None and context._sdp_answer_json and offer:
        answer = json.loads(context._sdp_answer_json)
        context._sdp_answer_json = json.dumps(answer | {"offer": origin(offer)})


def origin(sdp: str) -> str:
    """The line of a session description that names it; empty where it has none."""
    return next((line for line in sdp.splitlines() if line.startswith("o=")), "")


def _attempt(key: str) -> Attempt:
    return st.session_state.setdefault(f"{key}-attempt", Attempt())  # type: ignore[no-any-return]

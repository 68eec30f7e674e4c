"""The seam into aiortc: that the library still is what calls/media/rtc takes it for.

When a test fails after an update, read that package again beside the library's new source. What comes of it between
real connections is in tests/test_media_forwarding.py.
"""

import ast
import hashlib
import importlib.metadata
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import ModuleType

import aioice.ice
import aiortc
import pytest
from aiortc import rtcpeerconnection
from aiortc.rate import AimdRateControl, RemoteBitrateEstimator

from calls.media.rtc import connection, gathering, ice, mux, receiver, sender, transport

MODULES = (connection, gathering, ice, mux, receiver, sender, transport)

BASES = {
    "IceConnection": aioice.ice.Connection,
    "RTCPeerConnection": aiortc.RTCPeerConnection,
    "RTCDtlsTransport": aiortc.RTCDtlsTransport,
    "RTCRtpReceiver": aiortc.RTCRtpReceiver,
    "RTCRtpSender": aiortc.RTCRtpSender,
}


def source(of: object) -> str:
    """The source of something, as its library wrote it."""
    return textwrap.dedent(inspect.getsource(of))  # type: ignore[arg-type]


def digest(of: object) -> str:
    """Tells one source from another."""
    return hashlib.sha256(source(of).encode()).hexdigest()[:12]


def private(owner: type, name: str) -> object:
    """A method, under the name that Python gives to private ones."""
    mangled = f"_{owner.__name__}{name}" if name.startswith("__") and not name.endswith("__") else name
    return inspect.unwrap(vars(owner)[mangled])


def test_the_library_is_the_pinned_one() -> None:
    """aiortc's version is in requirements.txt; aioice comes with it, and is looked into as well."""
    assert importlib.metadata.version("aiortc") == "1.16.0"
    assert importlib.metadata.version("aioice").startswith("0.13.")


@pytest.mark.parametrize(
    ("owner", "method", "expected"),
    [
        (aiortc.RTCPeerConnection, "__createTransceiver", "aae5d89c5531"),
        (aiortc.RTCPeerConnection, "__createDtlsTransport", "b08db83dddc8"),
        (aiortc.RTCPeerConnection, "__connect", "e6ab5958082f"),
        (aiortc.RTCPeerConnection, "setRemoteDescription", "8c760f18f313"),
        (aiortc.RTCPeerConnection, "addIceCandidate", "be12cef83391"),
        (aiortc.RTCDtlsTransport, "_setup_srtp", "72a868fa542f"),
        (aiortc.RTCDtlsTransport, "_recv_next", "3ec7decd8ddb"),
        (aiortc.RTCDtlsTransport, "_send_rtp", "b36cc1d9f498"),
        (aiortc.RTCDtlsTransport, "_handle_rtcp_data", "1515b5d510d5"),
        (aiortc.RTCDtlsTransport, "_handle_rtp_data", "7c7d06e93867"),
        (aiortc.RTCRtpReceiver, "__init__", "4718800a4f1f"),
        (aiortc.RTCRtpReceiver, "receive", "8b7d3aa99ad9"),
        (aiortc.RTCRtpReceiver, "stop", "e8f0ace53561"),
        (aiortc.RTCRtpReceiver, "_handle_disconnect", "3fea1a073509"),
        (aiortc.RTCRtpReceiver, "_handle_rtp_packet", "21f94e914123"),
        (aiortc.RTCRtpReceiver, "_handle_rtcp_packet", "4c6e979bd75c"),
        (aiortc.RTCRtpReceiver, "_run_rtcp", "4a65af7657da"),
        (aiortc.RTCRtpReceiver, "_send_rtcp", "9e49c2a99223"),
        (aiortc.RTCRtpReceiver, "_send_rtcp_nack", "d9d3b2d4b736"),
        (aiortc.RTCRtpReceiver, "_send_rtcp_pli", "9ad907bbd19f"),
        (aiortc.RTCRtpReceiver, "__stop_decoder", "3bf2739bf464"),
        (aiortc.RTCRtpSender, "__init__", "e3e8f01bbb72"),
        (aiortc.RTCRtpSender, "send", "295098f2c865"),
        (aiortc.RTCRtpSender, "stop", "092f4fb0b86c"),
        (aiortc.RTCRtpSender, "_handle_rtcp_packet", "b6ba0f70fb7d"),
        (aiortc.RTCRtpSender, "_retransmit", "fce60ab4850e"),
        (aiortc.RTCRtpSender, "_send_keyframe", "608059ce1a3c"),
        (aiortc.RTCRtpSender, "_run_rtp", "088f53fa9fb7"),
        (aiortc.RTCRtpSender, "_run_rtcp", "601a6879133d"),
        (RemoteBitrateEstimator, "add", "eebf26d4408c"),
        (AimdRateControl, "__init__", "021a15f1a7c8"),
        (AimdRateControl, "update", "57e6ed92dd15"),
        (aioice.ice.Connection, "get_component_candidates", "1f3255fe6f97"),
        (aioice.ice.Connection, "add_remote_candidate", "a8556cda6ce1"),
        (aioice.ice.Connection, "_add_remote_candidate", "9c315d9b1625"),
        (aioice.ice.Connection, "request_received", "8feb02a14d2b"),
        (aioice.ice.Connection, "check_incoming", "9f3895b5f14f"),
        (aioice.ice.Connection, "connect", "4e18ee986a33"),
        (aioice.ice.Connection, "close", "8e9bf242393a"),
        (aioice.ice.Connection, "data_received", "117c2c13c23b"),
        (aioice.ice.Connection, "sendto", "a1b3ac0c51fb"),
        (aioice.ice.StunProtocol, "close", "05aec05f3277"),
        (aioice.ice.StunProtocol, "connection_lost", "ece2b9dbca99"),
        (aioice.ice.StunProtocol, "request", "88ad87b452d1"),
        (aioice.ice.StunProtocol, "send_data", "17f086be87bb"),
        (aioice.ice.StunProtocol, "send_stun", "f4e26b9d6399"),
    ],
)
def test_the_library_has_not_changed_where_it_is_adapted(owner: type, method: str, expected: str) -> None:
    """Each method that is overridden, copied in part, or called by a private name is what it was."""
    assert digest(private(owner, method)) == expected


def test_senders_and_receivers_are_made_in_one_place() -> None:
    """And transports in another: there ours take over."""
    makers = {
        (node.func.id, function.name)
        for function in ast.walk(ast.parse(source(rtcpeerconnection)))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    made = {"RTCRtpSender", "RTCRtpReceiver", "RTCDtlsTransport"}
    assert {(what, where) for what, where in makers if what in made} == {
        ("RTCRtpSender", "__createTransceiver"),
        ("RTCRtpReceiver", "__createTransceiver"),
        ("RTCDtlsTransport", "__createDtlsTransport"),
    }


def names_used(module: ModuleType) -> set[str]:
    """The private names of the library's classes that a module touches."""
    return {
        name
        for class_ in ast.walk(ast.parse(source(module)))
        if isinstance(class_, ast.ClassDef) and class_.name in BASES
        for name in _touched(class_)
    }


def _touched(class_: ast.ClassDef) -> Iterator[str]:
    theirs = set(re.findall(r"\b_\w+", source(BASES[class_.name]))) - {"__init__", "_", "_name__"}
    for node in ast.walk(class_):
        name = getattr(node, "attr", None) or getattr(node, "name", None) or ""
        plain = name.removeprefix(f"_{class_.name}")
        if plain in theirs and plain.startswith("_"):
            yield plain


@pytest.mark.parametrize("module", MODULES)
def test_every_private_name_is_accounted_for(module: ModuleType) -> None:
    """A module's docstring names all that it touches, and nothing that the library does not have."""
    named = set(re.findall(r"(?<!\w)_\w+", inspect.getdoc(module) or ""))
    assert names_used(module) - named == set()
    library = "".join(
        map(source, [*BASES.values(), aiortc.RTCIceTransport, aiortc.RTCIceGatherer, aioice.ice.Connection])
    )
    assert {name for name in named if not re.search(rf"(?<!\w){name}\b", library)} == set()


def test_the_seam_is_looked_through() -> None:
    """The names are found at all."""
    assert sum(len(names_used(module)) for module in MODULES) > 30

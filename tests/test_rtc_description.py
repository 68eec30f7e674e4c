"""Offers of strangers: what is handed to aiortc, and what is refused before it sees it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import aiortc
import pytest
from aiortc import RTCConfiguration, RTCSessionDescription
from hypothesis import given
from hypothesis import strategies as st

from calls import limits
from calls.errors import OfferError
from calls.media.rtc import description
from calls.media.rtc.connection import RTCPeerConnection

NO_SERVERS = RTCConfiguration(iceServers=[])


def made(pictures: int = 1, sounds: int = 1, *, channel: bool = False) -> str:
    """An offer as aiortc makes it."""

    async def make() -> str:
        connection = aiortc.RTCPeerConnection(NO_SERVERS)
        for kind in ["video"] * pictures + ["audio"] * sounds:
            connection.addTransceiver(kind)
        if channel:
            connection.createDataChannel("files")
        await connection.setLocalDescription(await connection.createOffer())
        sdp: str = connection.localDescription.sdp
        await connection.close()
        return sdp

    return asyncio.run(make())


OFFER = made()


def with_lines(*lines: str) -> str:
    """The offer with further lines in its last section."""
    return OFFER + "".join(f"{line}\r\n" for line in lines)


def candidates(count: int) -> list[str]:
    """Lines of candidates in a network that is there for documents (RFC 5737)."""
    return [f"a=candidate:{n} 1 udp 2000 198.51.100.{n % 200} {1024 + n} typ host" for n in range(count)]


@pytest.fixture
async def connection() -> AsyncIterator[RTCPeerConnection]:
    connection = RTCPeerConnection(NO_SERVERS)
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (lambda: None, "no session description"),
        (lambda: "", "no session description"),
        (lambda: "hello", "no session description"),
        (lambda: "v=0\r\n", "0 streams"),
        (lambda: OFFER + "a=x\r\n" * limits.SDP_LENGTH, "characters"),
        (
            lambda: "v=0\r\n" + "m=audio 9 RTP/SAVPF 111\r\n" * (limits.MEDIA_SECTIONS + 1),
            f"{limits.MEDIA_SECTIONS + 1} streams",
        ),
        (lambda: made(channel=True), "data channel"),
        (lambda: with_lines(*["a=x"] * limits.SECTION_LINES), "lines"),
        (lambda: with_lines(*["a=x"] * limits.SDP_LINES), f"{limits.SDP_LINES} lines"),
        (lambda: with_lines("a=x:" + "y" * limits.LINE_LENGTH), "characters"),
        (lambda: with_lines(*candidates(limits.CANDIDATE_LINES + 1)), "a=candidate:"),
        (lambda: with_lines(*[f"a=ssrc:{n} cname:x" for n in range(limits.SSRC_LINES + 1)]), "a=ssrc:"),
        (lambda: with_lines(*[f"a=rtpmap:{n} opus/48000/2" for n in range(limits.CODEC_LINES + 1)]), "a=rtpmap:"),
        (lambda: with_lines(*["a=rtcp-fb:96 nack"] * (limits.FEEDBACK_LINES + 1)), "a=rtcp-fb:"),
        (lambda: with_lines("a=ice-ufrag:" + "u" * 257), "a=ice-ufrag"),
        (lambda: with_lines("a=ice-pwd:" + "p" * 257), "a=ice-pwd"),
        (lambda: with_lines("a=ice-ufrag:two words"), "a=ice-ufrag"),
        (lambda: with_lines(f"a=ssrc:{1 << 32} cname:x"), "a=ssrc"),
        (lambda: with_lines("a=mid:" + "m" * 17), "a=mid"),
        (lambda: OFFER.replace("a=group:BUNDLE", "a=group:LS"), "share one connection"),
        (lambda: OFFER.replace("a=mid:1", "a=mid:0"), "share one connection"),
    ],
)
def test_what_is_refused(offer: Callable[[], object], why: str) -> None:
    """Each bound has an answer that says which it was, for the person whose browser it is."""
    with pytest.raises(OfferError, match=why):
        description.checked(offer())


def test_what_is_usual_is_taken() -> None:
    """An offer as long as a good one may be, with nothing left out that is used."""
    offer = made(4, 4)
    assert description.checked(offer).split() == [
        word for line in offer.splitlines() if not any(codec in line for codec in UNSPOKEN) for word in line.split()
    ]


UNSPOKEN = ("G722", "PCMU", "PCMA", "end-of-candidates")


def test_codecs_that_nobody_speaks_are_left_out() -> None:
    """With their parameters and feedback: aiortc compares each with each."""
    added = ["a=rtpmap:120 AV1/90000", "a=fmtp:120 profile=0", "a=rtcp-fb:120 nack", "a=rtcp-fb:* nack"]
    assert description.checked(with_lines(*added)) == description.checked(OFFER)


def test_header_extensions_of_two_bytes_are_left_out() -> None:
    """What is sent has elements of one byte (RFC 8285)."""
    uri = "urn:ietf:params:rtp-hdrext:sdes:mid"
    kept = description.checked(with_lines(f"a=extmap:15 {uri}", f"a=extmap:0 {uri}", f"a=extmap:9/sendrecv {uri}"))
    assert [line for line in kept.splitlines() if uri in line][-1] == f"a=extmap:9/sendrecv {uri}"
    assert "extmap:15" not in kept
    assert "extmap:0 " not in kept


@pytest.mark.parametrize("offer", [with_lines(*candidates(4_000)), made(channel=True), "v=0\r\nm=video 9 X 96\r\n"])
async def test_aiortc_does_not_see_what_is_refused(connection: RTCPeerConnection, offer: str) -> None:
    """Nothing is made for it: no transceiver, no socket."""
    with pytest.raises(OfferError):
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    assert connection.getTransceivers() == []
    assert connection.signalingState == "stable"


async def test_candidates_that_come_later_are_counted(connection: RTCPeerConnection) -> None:
    """As many as one offer may have; the rest is left out, and the description does not grow by it."""
    await connection.setRemoteDescription(RTCSessionDescription(OFFER, "offer"))
    before = connection.remoteDescription.sdp.count("a=candidate:")
    for line in candidates(limits.CANDIDATE_LINES + 50):
        candidate = aiortc.sdp.candidate_from_sdp(line.removeprefix("a=candidate:"))
        candidate.sdpMid = "0"
        await connection.addIceCandidate(candidate)
    assert connection.remoteDescription.sdp.count("a=candidate:") == before + limits.CANDIDATE_LINES
    ice = connection.getTransceivers()[0].receiver.transport.transport
    assert 0 < len(ice.getRemoteCandidates()) <= limits.REMOTE_CANDIDATES


LINES = OFFER.splitlines()


@pytest.mark.fuzz
@given(st.data())
def test_whatever_an_offer_says_it_is_taken_or_refused(data: st.DataObject) -> None:
    """Lines that are gone, doubled, exchanged or changed: the bounds hold, and what is raised is an OfferError."""
    lines = data.draw(st.lists(st.sampled_from(LINES) | st.text(max_size=60).map("a={}".format), max_size=200))
    changed = data.draw(st.sampled_from([lines, LINES + lines, lines + LINES, LINES[:12] + lines + LINES[12:]]))
    try:
        taken = description.checked("v=0\r\n" + "\r\n".join(changed)).splitlines()
    except OfferError:
        return
    assert sum(line.startswith("m=") for line in taken) <= limits.MEDIA_SECTIONS
    assert sum(line.startswith("a=candidate:") for line in taken) <= limits.CANDIDATE_LINES * limits.MEDIA_SECTIONS

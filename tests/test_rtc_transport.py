"""Datagrams of a stranger who has the keys: what is taken of them, and that none of them ends the connection."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import av
import pylibsrtp
import pytest
from aiortc import RTCConfiguration, rtp
from aiortc.rtcrtpparameters import (
    RTCRtpCodecParameters,
    RTCRtpDecodingParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpReceiveParameters,
    RTCRtpRtxParameters,
    RTCRtpSendParameters,
)
from aiortc.rtcrtpreceiver import RemoteStreamTrack
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from calls import limits
from calls.errors import PictureError
from calls.media.assembler import Assembler
from calls.media.codecs import VideoDecoder
from calls.media.dimensions import Size
from calls.media.packet import Packet
from calls.media.rtc.connection import RTCPeerConnection
from calls.media.source import Source
from calls.media.stage import Slot
from tests.tracks import Asked, Ticking, encoded, piece, publish

KEY = os.urandom(30)
VP8, RTX, H264 = 96, 97, 98  # payload types
MEDIA, RESENT = 7, 8  # SSRCs
EXTENSIONS = [
    RTCRtpHeaderExtensionParameters(1, "urn:ietf:params:rtp-hdrext:sdes:mid"),
    RTCRtpHeaderExtensionParameters(2, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
    RTCRtpHeaderExtensionParameters(3, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
]
CODECS = [
    RTCRtpCodecParameters("video/VP8", 90_000, payloadType=VP8),
    RTCRtpCodecParameters("video/rtx", 90_000, payloadType=RTX, parameters={"apt": VP8}),
    RTCRtpCodecParameters("video/H264", 90_000, payloadType=H264),
]


class Watching:
    """A reader that makes pictures of the packets, as an effect does, and keeps what goes wrong with it."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.failures: list[Exception] = []
        self._assembler, self._decoder = Assembler(), VideoDecoder(Size(64, 64))

    def take(self, source: Source, packet: Packet) -> None:  # noqa: ARG002
        self.packets.append(packet)
        try:
            for picture in self._assembler.add(packet):
                with suppress(PictureError, ValueError, av.FFmpegError):
                    self._decoder.decode(picture)
        except Exception as error:
            self.failures.append(error)
            raise


class Line:
    """One connection as it is after the handshake, and the stranger at its other end, who has the keys."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        transceiver = connection.getTransceivers()[0]
        self.transport = cast(Any, transceiver.receiver.transport)
        self.receiver: Any = transceiver.receiver
        self.sender: Any = transceiver.sender
        self.watching = Watching()
        self._ours = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
        self._ours_rtcp = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
        self.transport._rx_srtp = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_INBOUND))
        self.transport._begin_to_count()
        self.handled = 0

    async def begin(self) -> None:
        self.receiver._track = RemoteStreamTrack("video")
        rtx = RTCRtpRtxParameters(ssrc=RESENT)
        encodings = [RTCRtpDecodingParameters(ssrc=MEDIA, payloadType=VP8, rtx=rtx)]
        given: dict[str, Any] = {"codecs": CODECS, "headerExtensions": EXTENSIONS, "muxId": "0"}
        await self.receiver.receive(RTCRtpReceiveParameters(encodings=encodings, **given))
        await self.sender.send(RTCRtpSendParameters(**given))
        self.receiver._source.add(self.watching)

    def sends(self, packet: bytes) -> None:
        """A packet of media, encrypted. What is none comes as it is: encrypted, it would count in a stream of which
        the server has seen nothing, and the stranger's own rollover counter would be ahead (RFC 3711, 3.3.1)."""
        if 127 < next(iter(packet), 0) < 192 and not rtp.is_rtcp(packet):
            with suppress(pylibsrtp.Error):
                packet = self._ours.protect(packet)
        self.transport._received(packet, 1)

    async def says(self, message: bytes) -> None:
        """A message about packets, encrypted."""
        with suppress(pylibsrtp.Error):
            message = self._ours_rtcp.protect_rtcp(message)
        self.transport._received(message, 1)
        queue = self.transport.transport._connection._queue
        while not queue.empty():
            data, _ = queue.get_nowait()
            with suppress(pylibsrtp.Error):  # as _recv_next does it
                await self.transport._handle_rtcp_data(self.transport._rx_srtp.unprotect_rtcp(data))
                self.handled += 1


@asynccontextmanager
async def connected() -> AsyncIterator[Line]:
    loop, raised = asyncio.get_running_loop(), list[object]()
    loop.set_exception_handler(lambda _, context: raised.append(context))
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver(Slot(loop, "video").open())
    line = Line(connection)
    await line.begin()
    try:
        yield line
        for _ in range(5):
            await asyncio.sleep(0)
    finally:
        await line.receiver.stop()
        await line.sender.stop()
        await connection.close()
    assert raised == []
    assert line.watching.failures == []


def media(number: int, payload: bytes = b"\x10\0\0", *, ssrc: int = MEDIA, kind: int = VP8, marker: int = 1) -> bytes:
    """A packet of media."""
    packet = rtp.RtpPacket(kind, marker, number & 0xFFFF, number * 3_000 & 0xFFFFFFFF, ssrc, payload)
    packet.extensions.abs_send_time = number & 0xFFFFFF
    extensions = rtp.HeaderExtensionsMap()
    extensions.configure(RTCRtpReceiveParameters(headerExtensions=EXTENSIONS))
    data: bytes = packet.serialize(extensions)
    return data


async def test_streams_are_counted() -> None:
    """A stranger who makes up an SSRC for each packet: aiortc, libsrtp and the estimate keep a record of each."""
    async with connected() as line:
        for number in range(5 * limits.STREAMS):
            line.sends(media(number, ssrc=1_000 + number))
        kept = (line.transport._rtp_router.ssrc_table, line.receiver._RTCRtpReceiver__remote_streams)
        assert [len(each) for each in kept] == [limits.STREAMS + 1, limits.STREAMS]
        assert len(line.watching.packets) <= limits.STREAMS
        line.sends(media(6 * limits.STREAMS, ssrc=1_000))
        assert line.receiver._RTCRtpReceiver__remote_streams[1_000].packets_received == 2


async def test_who_reports_is_counted() -> None:
    """libsrtp keeps a record of each SSRC that speaks of packets, too."""
    async with connected() as line:
        for number in range(5 * limits.STREAMS):
            await line.says(bytes(rtp.RtcpRrPacket(ssrc=1_000 + number)))
        assert line.handled == limits.STREAMS
        await line.says(bytes(rtp.RtcpRrPacket(ssrc=1_000)))
        assert line.handled == limits.STREAMS + 1


async def test_who_is_not_genuine_takes_nobodys_place() -> None:
    """Datagrams that only look like media count as no stream."""
    async with connected() as line:
        for number in range(5 * limits.STREAMS):
            line.transport._received(media(number, ssrc=5_000 + number), 1)
            line.transport._received(bytes(rtp.RtcpRrPacket(ssrc=5_000 + number)), 1)
        line.sends(media(1))
        assert len(line.watching.packets) == 1


async def test_a_line_that_is_full_from_the_beginning_is_left_to_empty_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the first report: what is sent is held back, and the source is told what the line carries. A report that says
    that all has come changes nothing."""
    clock = Ticking()
    monkeypatch.setattr("calls.media.rtc.sender.time", clock)
    monkeypatch.setattr("calls.media.outgoing.time", clock)
    async with connected() as line:
        while line.sender._pushing._send is None:  # its task has yet to begin
            await asyncio.sleep(0)
        sent: list[int] = []
        monkeypatch.setattr(line.sender, "_put", lambda _kind, sequence, *_: sent.append(sequence))
        source, number = Asked(), 0

        async def reports(missing: int) -> None:
            info = rtp.RtcpReceiverInfo(line.sender._ssrc, 0, 0, sent[-1 - missing], 0, 0, 0)
            await line.sender._handle_rtcp_packet(rtp.RtcpRrPacket(ssrc=1, reports=[info]))

        def plays(count: int) -> None:
            nonlocal number
            for _ in range(count):
                publish(source, piece(number, entry=number == 0))
                number += 1
                clock.advance(0.02)

        line.sender._pushing._slot.show(source)
        plays(30)
        await reports(0)
        assert source.limits == []
        plays(30)
        await reports(29)
        assert len(source.limits) == 1
        plays(10)
        assert len(sent) == 60


async def test_packets_are_counted() -> None:
    """So many a second, and no more at once: each costs everybody's event loop some time."""
    async with connected() as line:
        begin = 1_000_000.0
        for number in range(2 * limits.PACKETS_AT_ONCE):
            line.transport._received(line._ours.protect(media(number)), 1, begin)
        assert len(line.watching.packets) == limits.PACKETS_AT_ONCE
        for number in (60_000, 60_001):  # after a jump, two in a row are believed
            line.transport._received(line._ours.protect(media(number)), 1, begin + 1)
        assert len(line.watching.packets) > limits.PACKETS_AT_ONCE


def feedback() -> list[bytes]:
    """Messages as browsers write them."""
    info = rtp.RtcpReceiverInfo(MEDIA, 3, 5, 900, 2, 7, 9)
    sender = rtp.RtcpSenderInfo(1 << 40, 9_000, 3, 500)
    described = rtp.RtcpSourceInfo(MEDIA, [(1, b"name"), (2, b"")])
    psfb, nack = rtp.RTCP_PSFB_APP, rtp.RTCP_RTPFB_NACK
    return [
        bytes(message)
        for message in (
            rtp.RtcpSrPacket(MEDIA, sender, [info]),
            rtp.RtcpRrPacket(MEDIA, [info, info]),
            rtp.RtcpSdesPacket([described]),
            rtp.RtcpByePacket([MEDIA]),
            rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI, ssrc=MEDIA, media_ssrc=MEDIA),
            rtp.RtcpPsfbPacket(fmt=psfb, ssrc=MEDIA, media_ssrc=0, fci=rtp.pack_remb_fci(300_000, [MEDIA])),
            rtp.RtcpRtpfbPacket(fmt=nack, ssrc=MEDIA, media_ssrc=MEDIA, lost=[1, 2, 9]),
        )
    ]


def mutated(data: bytes, places: dict[int, int], end: int) -> bytes:
    """With these bytes exchanged, and cut off there."""
    return bytes(places.get(place, byte) for place, byte in enumerate(data))[: end or None]


PLACES = st.dictionaries(st.integers(0, 40), st.integers(0, 255), max_size=6)
MESSAGES = st.lists(st.sampled_from(feedback()), min_size=1, max_size=3).map(b"".join)
SAID = st.binary(max_size=80) | st.builds(mutated, MESSAGES, PLACES, st.integers(0, 60))
PAYLOADS = st.sampled_from([packet.payload for packet in encoded([90, 120])]) | st.binary(max_size=60)
SENT = st.builds(
    media,
    st.integers(0, 40) | st.integers(0, 0xFFFF),
    st.builds(mutated, PAYLOADS, PLACES, st.just(0)),
    ssrc=st.sampled_from([MEDIA, RESENT, 9]),
    kind=st.sampled_from([VP8, RTX, H264, 99]),
    marker=st.integers(0, 1),
)
PACKETS = st.binary(max_size=80) | SENT | st.builds(mutated, SENT, PLACES, st.integers(0, 60))


def live(scene: Callable[[Line], Awaitable[None]]) -> None:
    """Run it on a line of its own; what it raises into the loop fails the test."""

    async def run() -> None:
        async with connected() as line:
            # Feedback on what this side sends is about its own stream.
            vars(line.sender)["_ssrc"] = MEDIA
            line.transport._rtp_router.register_sender(line.sender, MEDIA)
            await scene(line)

    asyncio.run(run())


@pytest.mark.fuzz
@given(st.lists(SAID, max_size=8))
def test_whatever_is_said_of_packets_ends_nothing(messages: list[bytes]) -> None:
    """RTCP of all kinds, whole and mutilated, from one who has the keys."""

    async def scene(line: Line) -> None:
        for message in messages:
            await line.says(message)

    live(scene)


@pytest.mark.fuzz
@given(st.lists(PACKETS, max_size=12))
def test_whatever_is_sent_as_media_ends_nothing(packets: list[bytes]) -> None:
    """RTP of all kinds, through the receiver to the pictures that an effect would get."""

    async def scene(line: Line) -> None:
        for packet in packets:
            line.sends(packet)
        before = len(line.watching.packets)
        # After a jump, two in a row are believed; but SRTP does not decrypt what is older than its newest one, and what
        # a stranger has resent is not passed on twice.
        for start in range(5_000, 65_000, 5_000):
            for number in range(start, start + 3):
                line.sends(media(number))
        assert len(line.watching.packets) > before

    live(scene)

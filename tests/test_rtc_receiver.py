"""A receiver that is handed packets: when they came counts, not when the loop got to them, and it says no more than
it has to. What passes over real connections is in test_media_forwarding.py."""

from collections.abc import AsyncIterator
from typing import Any

import aiortc
import pytest
import pytest_asyncio
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpDecodingParameters, RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RemoteStreamTrack
from aiortc.rtp import AnyRtcpPacket, RtcpPacket, RtcpPsfbPacket, RtcpRtpfbPacket, RtpPacket

from calls.media.rtc.connection import RTCPeerConnection
from calls.media.rtc.receiver import RTCRtpReceiver
from tests.rtc_client import until
from tests.tracks import settled

EVERY = 0.02  # seconds from one packet to the next
SIZE = 1_000  # bytes
BITRATE = 8 * SIZE / EVERY


class Receiving:
    """A receiver, and what it says."""

    def __init__(self, receiver: RTCRtpReceiver) -> None:
        self.receiver = receiver
        self.said: list[AnyRtcpPacket] = []
        self.source = vars(receiver)["_source"]
        self.estimator = vars(receiver)["_RTCRtpReceiver__remote_bitrate_estimator"]
        vars(receiver).update(_send_rtcp=self._hear, _RTCRtpReceiver__rtcp_ssrc=1)

    async def _hear(self, packet: AnyRtcpPacket) -> None:
        self.said.append(packet)

    def takes(self, number: int, arrived: float | None = None, sent: float | None = None) -> None:
        """A packet with this number, which says when it was sent."""
        packet = RtpPacket(96, 0, number & 0xFFFF, number * 1_800, 7, bytes(SIZE))
        packet.extensions.abs_send_time = int((number * EVERY if sent is None else sent) * (1 << 18)) & 0xFFFFFF
        self.receiver.receive_packet(packet, arrived)


@pytest_asyncio.fixture
async def receiving() -> AsyncIterator[Receiving]:
    connection = RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
    receiver: Any = connection.addTransceiver("video", direction="recvonly").receiver
    receiver._track = RemoteStreamTrack("video")
    codec = RTCRtpCodecParameters("video/VP8", 90_000, payloadType=96)
    encoding = RTCRtpDecodingParameters(ssrc=7, payloadType=96)
    await receiver.receive(RTCRtpReceiveParameters(codecs=[codec], encodings=[encoding]))
    yield Receiving(receiver)
    await receiver.stop()
    await connection.close()


async def test_a_packet_is_dated_when_it_came(receiving: Receiving) -> None:
    """A busy loop reads in bunches what came one by one: the estimate of the way does not fall for it."""
    for number in range(300):
        receiving.takes(number, arrived=100.0 + number * EVERY)
    assert receiving.estimator.incoming_bitrate.rate(int((100.0 + 300 * EVERY) * 1000)) == pytest.approx(
        BITRATE, rel=0.1
    )
    assert receiving.estimator.rate_control.current_bitrate >= receiving.source.most


async def test_a_bunch_that_came_as_one_lowers_the_estimate(receiving: Receiving) -> None:
    """Whatever reads it: each packet later than the one before is a way that is full."""
    for number in range(300):
        receiving.takes(number, arrived=100.0 + number * EVERY * 1.5)
    assert receiving.estimator.rate_control.current_bitrate < BITRATE


async def test_what_is_lost_where_numbers_begin_again_is_asked_for(receiving: Receiving) -> None:
    """The request can be written: RFC 4585 names a packet by how far it is behind one before it."""
    for number in (65_533, 65_538):
        receiving.takes(number)
    await until(lambda: any(isinstance(packet, RtcpRtpfbPacket) for packet in receiving.said))
    asked = next(packet for packet in receiving.said if isinstance(packet, RtcpRtpfbPacket))
    (read,) = RtcpPacket.parse(bytes(asked))
    assert isinstance(read, RtcpRtpfbPacket)
    assert sorted(number & 0xFFFF for number in read.lost) == [0, 1, 65_534, 65_535]


async def test_limits_that_change_without_end_are_told_now_and_then(receiving: Receiving) -> None:
    """The first at once, and the last with one of the next estimates."""
    receiving.takes(0)
    await settled()
    receiving.said.clear()
    receiving.receiver._told_at = 0.0
    for limit in range(100_000, 200_000, 100):
        receiving.source.pass_limit(limit)
    await settled()
    assert len(receiving.said) == 1
    assert isinstance(receiving.said[0], RtcpPsfbPacket)


async def test_while_nothing_is_missing_no_timer_runs(receiving: Receiving) -> None:
    """One runs while something is, and asks until it has come."""
    for number in range(5):
        receiving.takes(number)
    assert receiving.receiver._asking is None
    receiving.takes(6)
    assert receiving.receiver._asking is not None
    await until(lambda: sum(isinstance(packet, RtcpRtpfbPacket) for packet in receiving.said) > 1)
    assert {number for packet in receiving.said for number in getattr(packet, "lost", [])} == {5}
    receiving.takes(5)
    await until(lambda: receiving.receiver._asking is None)

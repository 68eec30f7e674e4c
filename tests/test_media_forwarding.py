"""Packets on their way through real connections over the loopback interface: nothing is lost, decoded or out of time,
and what viewers say reaches the person who sends.

Most tests share one call of two people, since each connection takes a moment.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise, product
from typing import Any, cast

import aiortc
import pytest
import pytest_asyncio
from aioice import stun
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpRtpfbPacket,
    RtpPacket,
)
from av import VideoFrame

from calls.limits import RTCP_BURST, RTCP_BYTES
from calls.media.allotment import Layers
from calls.media.budget import Budget
from calls.media.capacity import Capacity
from calls.media.packet import Packet
from calls.media.resends import LEAST, SHARE
from calls.media.rtc import gathering
from calls.media.rtc.connection import RTCPeerConnection
from calls.media.rtc.receiver import Incoming, source_of
from calls.media.rtc.sender import AUDIO_MAY_LAG
from calls.media.source import KEYFRAME_EVERY, Source
from tests.party import CAP, Gets, Guest, Party, can_take, clip, loopback, party, says
from tests.rtc_client import WITHIN, until
from tests.tracks import Kept, count_work, settled

pytestmark = [pytest.mark.realtime, pytest.mark.asyncio(loop_scope="module")]
NO_SERVERS = aiortc.RTCConfiguration(iceServers=[])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two() -> AsyncIterator[Party]:
    async with party(4) as made:
        for name, hertz in (("Alice", 440), ("Bob", 880)):
            await made.enters(name, clip(bitrate=300_000), hertz, decode=False)
        alice, bob = made.guests
        await until(lambda: alice.video.frames and bob.video.frames and alice.audio.frames and bob.audio.frames)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def meeting(two: Party) -> AsyncIterator[Party]:
    """Two people, who do not decode: they count and keep what comes. A test may let others in."""
    yield two
    for guest in two.guests[2:]:
        await two.leaves(guest)
    for guest in two.guests:
        guest.chooses()
        guest.client.microphone.speaking = True


async def carol_enters(meeting: Party) -> Guest:
    """A third person, who sees the two. Nobody speaks: the hub would put all slots right when somebody does."""
    for guest in meeting.guests:
        guest.client.microphone.speaking = False
    carol = await meeting.enters("Carol", None, 600, decode=False, level=-127)
    count = carol.client.microphone.count
    await until(lambda: carol.client.microphone.count > count + 20)
    return carol


def shows(viewer: Guest, other: Guest) -> None:
    """Let the viewer's first slot carry another person."""
    viewer.stage.show(viewer.other, Layers(other.feed.video), other.feed.audio)


@contextmanager
def kept_of(source: Source) -> Iterator[Kept]:
    """The packets that a source publishes in this block."""
    kept = Kept()
    source.add(kept)
    try:
        yield kept
    finally:
        source.remove(kept)


def steps(packets: list[RtpPacket]) -> list[tuple[int, int]]:
    """From each packet to the next: by how much its sequence number and its timestamp are later."""
    return [
        ((after.sequence_number - before.sequence_number) & 0xFFFF, (after.timestamp - before.timestamp) & 0xFFFFFFFF)
        for before, after in pairwise(packets)
    ]


def original(of: Guest, kind: str) -> Incoming:
    """The stream of a person as it comes."""
    receiver = next(each for each in of.incoming[0].getReceivers() if each.track.kind == kind)
    found = source_of(receiver.track)
    assert found
    return found


async def more(stream: Gets, count: int = 20) -> list[RtpPacket]:
    """The next packets that come."""
    begin = len(stream.packets)
    await until(lambda: len(stream.packets) >= begin + count)
    return stream.packets[begin:]


async def test_packets_are_forwarded_as_they_come(meeting: Party) -> None:
    """The same payloads, markers and distances, numbered without a gap; the sound with how loud it is."""
    alice, bob = meeting.guests
    for kind in ("video", "audio"):
        begin = len(bob.gets[kind].packets)
        with kept_of(original(alice, kind)) as kept:
            await until(lambda kept=kept: len(kept.packets) > 25)  # type: ignore[misc]
        sent = kept.packets[:20]
        got = bob.gets[kind].packets[begin:]
        first = next(number for number, packet in enumerate(got) if packet.payload == sent[0].payload)
        got = got[first : first + len(sent)]
        assert [(packet.payload, bool(packet.marker)) for packet in got] == [(p.payload, p.marker) for p in sent]
        moved = {(packet.timestamp - before.timestamp) & 0xFFFFFFFF for packet, before in zip(got, sent, strict=True)}
        assert len(moved) == 1
        assert {sequence for sequence, _ in steps(got)} == {1}
        assert all(packet.extensions.abs_send_time is not None for packet in got) == (kind == "video")
        assert len({packet.extensions.mid for packet in got}) == 1
        levels = {packet.extensions.audio_level for packet in got}
        assert levels == ({None} if kind == "video" else {(False, 20)})


async def test_nothing_is_decoded_in_a_call_of_two(meeting: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an effect, whatever is shown; and there is no thread that could do it."""
    alice, bob = meeting.guests
    work, count = count_work(monkeypatch), bob.video.frames
    await until(lambda: bob.video.frames > count + 10)
    assert not work
    assert not [thread for thread in threading.enumerate() if "decoder" in thread.name]
    assert alice.client.camera.count > 10


async def test_a_track_of_another_kind_is_encoded_as_ever() -> None:
    """What is no stage, as streamlit-webrtc may send, is left to the library."""
    tracks = list[aiortc.MediaStreamTrack]()
    server, client = RTCPeerConnection(NO_SERVERS), aiortc.RTCPeerConnection(NO_SERVERS)
    client.addTransceiver("video", "recvonly")
    client.on("track", tracks.append)
    with loopback():
        await client.setLocalDescription(await client.createOffer())
        await server.setRemoteDescription(client.localDescription)
        server.addTrack(aiortc.VideoStreamTrack())
        await server.setLocalDescription(await server.createAnswer())
        await client.setRemoteDescription(server.localDescription)
    async with asyncio.timeout(10):
        frame = await tracks[0].recv()
    assert isinstance(frame, VideoFrame)
    assert (frame.width, frame.height) == (640, 480)
    await asyncio.gather(client.close(), server.close())


class StunServer(asyncio.DatagramProtocol):
    """One at a port of this machine, which can be silent (RFC 5389)."""

    def __init__(self, *, silent: bool) -> None:
        self.silent, self.asked = silent, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.url = "stun:{}:{}".format(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self.asked += 1
        request = stun.parse_message(data)
        answer = stun.Message(request.message_method, stun.Class.RESPONSE, request.transaction_id)
        answer.attributes["XOR-MAPPED-ADDRESS"] = address
        if not self.silent:
            self.transport.sendto(bytes(answer), address)


async def stun_server(*, silent: bool) -> StunServer:
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(lambda: StunServer(silent=silent), local_addr=("127.0.0.1", 0))
    return protocol


async def gathered(url: str) -> str:
    """The offer of a server's end that may ask this STUN server."""
    server = RTCPeerConnection(aiortc.RTCConfiguration([aiortc.RTCIceServer(url)]))
    server.addTransceiver("audio")
    with loopback():
        async with asyncio.timeout(3):
            await server.setLocalDescription(await server.createOffer())
    sdp: str = server.localDescription.sdp
    await server.close()
    return sdp


async def test_no_call_waits_long_for_a_server_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call goes on without the STUN server that says nothing, the next one does not ask it, and a later one does. The
    library alone would wait five seconds each time."""
    monkeypatch.setattr(gathering, "GATHER_WITHIN", 0.1)
    asked = []
    server = await stun_server(silent=True)
    for _ in range(2):
        assert "typ host" in await gathered(server.url)
        asked.append(server.asked)
    assert asked[0] == asked[1] > 0
    monkeypatch.setattr(gathering, "_silent", {})
    await gathered(server.url)
    assert server.asked > asked[1]
    server.transport.close()


async def test_a_server_that_could_not_be_asked_is_asked_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name was found for it, say, while the network was away for a moment: nobody has waited for it."""
    monkeypatch.setattr(gathering, "_silent", {})
    assert "typ host" in await gathered("stun:nowhere.invalid:3478")
    assert gathering._silent == {}


async def test_a_server_that_has_been_heard_is_always_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Losing its answer once tells nothing: without it, a server behind a NAT might not be reached."""
    server = await stun_server(silent=False)
    assert "typ srflx" in await gathered(server.url)
    monkeypatch.setattr(gathering, "GATHER_WITHIN", 0.1)
    server.silent = True
    assert "typ srflx" not in await gathered(server.url)
    server.silent = False
    assert "typ srflx" in await gathered(server.url)
    server.transport.close()


# Keyframes


@pytest.mark.parametrize(("feedback", "fci"), [(RTCP_PSFB_PLI, b""), (RTCP_PSFB_FIR, bytes(8))])
async def test_a_lost_picture_reaches_who_sends(meeting: Party, feedback: int, fci: bytes) -> None:
    """And brings a keyframe: what a browser says when it cannot go on."""
    alice, bob = meeting.guests
    await quiet(alice)
    before = len(alice.told.keyframes)
    await says(bob, feedback, fci)
    await until(lambda: len(alice.told.keyframes) > before)
    assert alice.client.camera.asked == len(alice.told.keyframes)


async def test_keyframes_are_asked_for_at_a_bounded_rate(meeting: Party) -> None:
    """However often viewers ask: at most one request per 300 ms reaches the person who sends."""
    alice, bob = meeting.guests
    now = asyncio.get_running_loop().time
    await quiet(alice)
    begin, before = now(), len(alice.told.keyframes)
    async with asyncio.timeout(WITHIN):
        while (asked := len(alice.told.keyframes) - before) < 4:
            await says(bob, RTCP_PSFB_PLI)
            await asyncio.sleep(0.02)
    assert asked <= 1 + (now() - begin) / KEYFRAME_EVERY


async def test_a_new_viewer_and_a_switch_ask_for_a_keyframe(meeting: Party) -> None:
    """Of the person who is to be seen, and of nobody else."""
    alice, bob = meeting.guests
    carol = await carol_enters(meeting)
    await until(lambda: carol.sees(alice).frames > 5 and carol.sees(bob).frames > 5)
    for now, other in ((bob, alice), (alice, bob), (bob, alice)):
        await quiet(alice, bob)
        asked, unasked, frames = len(now.told.keyframes), len(other.told.keyframes), carol.video.frames
        shows(carol, now)
        await until(lambda: carol in watching(meeting, now) and carol.video.frames > frames + 3)  # noqa: B023
        assert len(now.told.keyframes) > asked
        assert len(other.told.keyframes) == unasked


async def quiet(*guests: Guest) -> None:
    """Wait until nobody has asked these for a keyframe for a while, so that the next request is not held back."""
    now = asyncio.get_running_loop().time
    await until(lambda: all(now() - max(guest.told.keyframes, default=0.0) > KEYFRAME_EVERY for guest in guests))


# Bitrate


@pytest.mark.parametrize("cap", [CAP, 2_500_000])
async def test_the_cap_is_told_with_the_first_packets(cap: int) -> None:
    """So that a browser begins with the quality that it may have, rather than with what has arrived so far."""
    async with party() as made:
        alice = await made.enters("Alice", None, decode=False, cap=cap)
        await until(lambda: alice.told.bitrates)
        assert alice.told.pictures < 5
        assert alice.told.bitrates[0] == pytest.approx(cap, rel=0.01)


async def test_a_cap_that_changes_is_told_at_once(meeting: Party) -> None:
    """The person has chosen another size in the call."""
    alice, _ = meeting.guests
    for cap in (150_000, 120_000):
        original(alice, "video").cap(cap)
        await told(alice, cap)
    original(alice, "video").cap(CAP)
    await until(lambda: alice.told.bitrates[-1] > 200_000)


async def test_what_a_viewer_s_line_carries_reaches_who_sends() -> None:
    """Where there is nothing else to take (test_media_allotment.py has the rest); who cannot be slowed down by anybody
    is told the cap."""
    async with party() as made:
        alice = await made.enters("Alice", clip(bitrate=300_000), decode=False)
        bob = await made.enters("Bob", None, 880, decode=False)
        await until(lambda: rate(bob) > 180_000)
        for bitrate in (150_000, 100_000, 80_000):
            async with asyncio.timeout(WITHIN):
                while not is_told(alice, bitrate):  # it is a limit while more is sent, which a busy machine may not do
                    await can_take(bob, bitrate)
                    with suppress(TimeoutError):
                        await told(alice, bitrate, 0.5)
        await made.leaves(bob)
        await until(lambda: alice.told.bitrates[-1] > 200_000)


def is_told(guest: Guest, bitrate: int) -> bool:
    """Whether the last bitrate that a person's browser has been told is this one, as exactly as can be written."""
    return guest.told.bitrates[-1:] == [pytest.approx(bitrate, rel=0.01)]


async def told(guest: Guest, bitrate: int, seconds: float = WITHIN) -> None:
    """Wait until it is."""
    await until(lambda: is_told(guest, bitrate), seconds)


def rate(viewer: Guest) -> int:
    """Bits per second that the server has sent this viewer, in the last whole second."""
    sender = viewer.sender
    capacity: Capacity | None = vars(sender).get("capacity")
    return capacity._rate if capacity else 0


# Loss


async def test_a_packet_is_sent_again_when_asked_for(meeting: Party) -> None:
    """In the stream that is made for it (RFC 4588), with the number that it had."""
    _, bob = meeting.guests
    stream = bob.gets["video"]
    lost = (await more(stream))[-1]
    begin = len(stream.packets)
    await stream.receiver._send_rtcp_nack(stream.ssrc, [lost.sequence_number])
    await until(lambda: any(packet.ssrc != stream.ssrc for packet in stream.packets[begin:]))
    again = next(packet for packet in stream.packets[begin:] if packet.ssrc != stream.ssrc)
    assert again.payload == lost.sequence_number.to_bytes(2, "big") + lost.payload
    assert again.timestamp == lost.timestamp
    assert again.payload_type != lost.payload_type


async def test_whoever_asks_for_everything_is_sent_a_share(meeting: Party) -> None:
    """Each packet once, however often it is asked for, and no more bytes than a share of what is sent first."""
    _, bob = meeting.guests
    stream = bob.gets["video"]
    await more(stream, 60)
    begin = len(stream.packets)
    numbers = [packet.sequence_number for packet in stream.packets[-60:] if packet.ssrc == stream.ssrc]
    for _ in range(10):
        await stream.receiver._send_rtcp_nack(stream.ssrc, numbers)
    await until(lambda: any(packet.ssrc != stream.ssrc for packet in stream.packets[begin:]))
    await more(stream, 10)
    again = [packet.payload[:2] for packet in stream.packets[begin:] if packet.ssrc != stream.ssrc]
    first = sum(len(packet.payload) for packet in stream.packets if packet.ssrc == stream.ssrc)
    repeated = sum(len(packet.payload) for packet in stream.packets[begin:] if packet.ssrc != stream.ssrc)
    assert len(set(again)) == len(again)
    assert repeated < first * SHARE + LEAST / 8


async def test_what_never_came_is_asked_for(meeting: Party) -> None:
    """Of the person who sends; and the packet goes to the viewer, in its place."""
    alice, bob = meeting.guests
    line, stream = alice.client._lines[0], bob.gets["video"]
    camera = alice.client._connections[0].getTransceivers()[0].sender._ssrc.to_bytes(4, "big")
    await more(stream)
    lost = list[bytes]()

    def loses_one(data: bytes) -> bool:
        lost.extend([data] if not lost and data[8:12] == camera else [])
        return lost[-1:] == [data]

    before = len(alice.told.again)
    vars(line)["_loses"] = loses_one
    await until(lambda: len(alice.told.again) > before)
    del vars(line)["_loses"]
    begin = stream.packets[0].sequence_number
    await more(stream)
    got = {(packet.sequence_number - begin) & 0xFFFF for packet in stream.packets if packet.ssrc == stream.ssrc}
    assert got == set(range(max(got) + 1))


async def test_a_request_that_is_lost_is_made_again(meeting: Party) -> None:
    """Until the packet comes: that it was not heard shows in nothing else."""
    alice, bob = meeting.guests
    line, stream = alice.client._lines[0], bob.gets["video"]
    camera = alice.client._connections[0].getTransceivers()[0].sender
    await more(stream)
    lost = dict[int, bytes]()

    def loses(data: bytes) -> bool:
        """A packet of the picture, and every answer to the first two requests for it."""
        original = data[8:12] == camera._ssrc.to_bytes(4, "big") and not lost
        again = data[8:12] == camera._rtx_ssrc.to_bytes(4, "big") and len(alice.told.again) < before + 3
        if original:
            lost[int.from_bytes(data[2:4], "big")] = data
        return original or again

    before = len(alice.told.again)
    vars(line)["_loses"] = loses
    await until(lambda: len(alice.told.again) >= before + 3)
    del vars(line)["_loses"]
    assert set(alice.told.again[before : before + 3]) == set(lost)


async def test_numbers_that_jump_reach_nobody(meeting: Party) -> None:
    """Somebody writes any numbers into genuine packets: they are neither forwarded nor asked for. Where two follow each
    other the stream goes on from there, and needs a keyframe."""
    alice, _ = meeting.guests
    receiver: Any = next(each for each in alice.incoming[0].getReceivers() if each.track.kind == "video")
    source, asked = original(alice, "video"), len(alice.told.again)
    with kept_of(source) as kept:
        await until(lambda: kept.packets)
        payload_type = next(key for key, codec in receiver._RTCRtpReceiver__codecs.items() if codec.name == "VP8")
        begin = kept.packets[-1].sequence
        await quiet(alice)
        kept.packets.clear()
        for jump in range(2_999, 60_000, 2_999):
            receiver.receive_packet(RtpPacket(payload_type, 0, (begin + jump) & 0xFFFF, ssrc=7, payload=b"jump"))
        assert kept.packets == []
        keyframes = len(alice.told.keyframes)
        for number in (begin + 30_000, begin + 30_001):
            receiver.receive_packet(RtpPacket(payload_type, 0, number & 0xFFFF, ssrc=7, payload=b"jump"))
        assert [packet.payload for packet in kept.packets] == [b"jump"]
        await until(lambda: len(alice.told.keyframes) > keyframes)
        await until(lambda: len(kept.packets) > 20)  # and back again: the camera counts on from where it was
    assert all(0 < (packet.sequence - begin) & 0xFFFF < 1_000 for packet in kept.packets)
    assert len(alice.told.again) == asked


async def test_a_packet_that_comes_twice_is_forwarded_once(meeting: Party) -> None:
    """A browser that tries how much the way can take repeats packets."""
    alice, bob = meeting.guests
    receiver: Any = next(each for each in alice.incoming[0].getReceivers() if each.track.kind == "video")
    plain: Callable[[RtpPacket, float], None] = receiver.receive_packet

    def twice(packet: RtpPacket, arrived: float) -> None:
        plain(packet, arrived)
        plain(packet, arrived)

    with kept_of(original(alice, "video")) as kept:
        vars(receiver)["receive_packet"] = twice
        await until(lambda: len(kept.packets) > 20)
        del vars(receiver)["receive_packet"]
    numbers = [packet.sequence for packet in kept.packets]
    assert len(set(numbers)) == len(numbers)
    assert bob.video.frames


async def test_what_is_not_genuine_is_dropped(meeting: Party, caplog: pytest.LogCaptureFixture) -> None:
    """Anybody may send anything to the server's port, and write Alice's address on it: it is neither an error nor a
    packet, and ends no call."""
    alice, _ = meeting.guests
    pair = alice.incoming[0].getTransceivers()[0].receiver.transport.transport._connection._nominated[1]
    browser = alice.client._connections[0].getTransceivers()[0].sender.transport.transport._connection
    spoofing = browser._nominated[1].protocol.transport
    stranger, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    with kept_of(original(alice, "video")) as kept:
        for data in (b"", b"\x80", b"\x80\x60" + bytes(30), b"\xbf\xff" * 40, bytes(1), b"\x80\xc8" + bytes(9)):
            for transport in (spoofing, stranger):
                transport.sendto(data, pair.local_addr)
        await until(lambda: len(kept.packets) > 10)
    stranger.close()
    assert {(after.sequence - before.sequence) & 0xFFFF for before, after in pairwise(kept.packets)} == {1}
    assert not caplog.records


async def test_what_is_genuine_and_malformed_is_dropped(meeting: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that is none may write anything into its packets: header extensions of unusual lengths, for one, and
    numbers that are far ahead, after which all that is true would be old."""
    alice, bob = meeting.guests
    receiver = next(each for each in alice.incoming[0].getReceivers() if each.track.kind == "audio")

    class Open:
        """Decrypts nothing."""

        def unprotect(self, data: bytes) -> bytes:
            return data

    transport: Any = receiver.transport
    numbers = [extension.id for extension in alice.incoming[0].getTransceivers()[1]._headerExtensions]
    with monkeypatch.context() as patch:
        patch.setattr(transport, "_rx_srtp", Open())
        for number, length, sequence in product(numbers, range(1, 6), (0, 0x7FFF, 0xBFFF)):
            value = bytes([number << 4 | length - 1]) + b"\xff" * length
            value += bytes(-len(value) % 4)
            head = (
                b"\x90\x60"
                + sequence.to_bytes(2, "big")
                + bytes(8)
                + b"\xbe\xde"
                + (len(value) // 4).to_bytes(2, "big")
            )
            transport._received(head + value + b"payload", 1)
            transport._received((head + value)[:-3], 1)
    count = bob.audio.frames
    await until(lambda: bob.audio.frames > count + 30)  # more than were on their way


async def test_what_is_said_without_end_is_passed_over(meeting: Party) -> None:
    """A viewer who sends feedback by the thousand is heard as much as one on a bad line needs to be."""
    _, bob = meeting.guests
    transport: Any = bob.outgoing[0].getSenders()[0].transport
    sender = bob.sender
    heard = list[AnyRtcpPacket]()

    async def hear(packet: AnyRtcpPacket) -> None:
        heard.append(packet)

    vars(sender)["_handle_rtcp_packet"] = hear
    lost = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=sender._ssrc, lost=list(range(0, 65_000, 17)))
    message = bytes(lost)[: 4 + 8 + 4 * 294]
    message = message[:2] + (len(message) // 4 - 1).to_bytes(2, "big") + message[4:]
    transport._sayings = Budget(RTCP_BYTES, RTCP_BURST, time.monotonic())
    begin = time.monotonic()
    for _ in range(300):
        await transport._handle_rtcp_data(message)
    passed = time.monotonic() - begin
    del vars(sender)["_handle_rtcp_packet"]
    transport._sayings = Budget(RTCP_BYTES, RTCP_BURST, time.monotonic())
    count = sum(isinstance(packet, RtcpRtpfbPacket) and packet.media_ssrc == sender._ssrc for packet in heard)
    assert 1 < count <= (RTCP_BURST + RTCP_BYTES * passed) / len(message)


async def test_what_is_said_and_malformed_is_passed_over(meeting: Party, caplog: pytest.LogCaptureFixture) -> None:
    """An estimate that names more streams than it has room for, for one: the connection goes on."""
    _, bob = meeting.guests
    stream, count = bob.gets["video"], bob.video.frames
    for fci in (b"REMB\xff\xff\xff\xff", b"REMB", b"", b"REMB\x02\x00\x00\x01" + bytes(4)):
        await says(bob, RTCP_PSFB_APP, fci)
    await stream.receiver._send_rtcp(RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=stream.ssrc, lost=[]))
    await until(lambda: bob.video.frames > count + 10)
    assert bob.outgoing[0].connectionState == "connected"
    assert not caplog.records


# Switches and time


async def test_a_switch_is_seamless_to_the_receiver(meeting: Party) -> None:
    """From one person to another, into an effect and out of it: every number comes once, in order, no time comes back,
    and each begins with a keyframe."""
    alice, bob = meeting.guests
    carol = await carol_enters(meeting)
    stream = carol.gets["video"]
    for step in range(8):
        shown = (alice, bob)[step % 2]
        if step == 4:
            alice.chooses("Mirror")
            await settled()
        shows(carol, shown)
        await until(lambda shown=shown: carol in watching(meeting, shown))  # type: ignore[misc]
        await more(stream, 8)
    got = [packet for packet in stream.packets if packet.ssrc == stream.ssrc]
    assert {sequence for sequence, _ in steps(got)} == {1}
    assert all(0 <= later < 90_000 for _, later in steps(got))
    assert carol.video.frames == pytest.approx(sum(packet.marker for packet in got), abs=1)


def watching(meeting: Party, shown: Guest) -> list[Guest]:
    """Whose connections send this person's picture now."""
    return [
        guest
        for guest in meeting.guests
        if any(vars(track)["_source"] is shown.feed.video for track in vars(guest.shown)["_tracks"])
    ]


def placed(stream: Gets, clock_rate: int) -> float:
    """By how much later the last sender report says that packets were made than they came, in seconds: that of the
    packet with the shortest way, since then."""
    report = stream.reports[-1].sender_info
    at = report.ntp_timestamp / 2**32 - 2_208_988_800
    late = []
    for packet, came in zip(stream.packets[-30:], stream.times[-30:], strict=True):
        behind = (packet.timestamp - report.rtp_timestamp + 2**31) % 2**32 - 2**31
        late.append(at + behind / clock_rate - came)
    return max(late)


async def test_sound_and_picture_are_placed_at_the_same_time(meeting: Party) -> None:
    """The sender reports say within 40 ms when each was made, but for the lag that sound may have; of one person, and
    of the next one after a switch."""
    alice, bob = meeting.guests
    carol = await carol_enters(meeting)
    video, audio = carol.gets["video"], carol.gets["audio"]
    for shown in (alice, bob):
        shows(carol, shown)
        await until(lambda shown=shown: carol in watching(meeting, shown))  # type: ignore[misc]
        counts = len(video.reports), len(audio.reports)
        await more(video, 30)
        await until(lambda counts=counts: len(video.reports) > counts[0] and len(audio.reports) > counts[1])  # type: ignore[misc]
        await until(lambda: abs(placed(video, 90_000)) < 0.04 and abs(placed(audio, 48_000) - AUDIO_MAY_LAG) < 0.04)


# The end


async def test_who_goes_is_seen_no_more(meeting: Party) -> None:
    """The connection is closed at the other end: the source has ended, the feed has nothing, the stage is empty."""
    _, bob = meeting.guests
    carol = await carol_enters(meeting)
    slot = bob.stage.video[carol.slot]
    await until(lambda: slot.source is carol.feed.video and bob.sees(carol).frames)
    camera, microphone = original(carol, "video"), original(carol, "audio")
    await carol.client.close()
    await until(lambda: camera.ended and microphone.ended and slot.source is None)
    await until(lambda: not camera.readers and not microphone.readers)
    assert (carol.feed.video, carol.feed.audio) == (None, None)


async def test_who_has_gone_is_told_nothing(meeting: Party, caplog: pytest.LogCaptureFixture) -> None:
    """What comes late, a request for a keyframe or another cap, is no error."""
    carol = await carol_enters(meeting)
    camera, microphone = original(carol, "video"), original(carol, "audio")
    await carol.closes()
    for source in (camera, microphone):
        source.pass_request_keyframe()
        source.cap(100_000)
        source.pass_limit(50_000)
        source.publish(Packet("VP8", 0, 0, b"", marker=True, entry=True))
    await settled()
    assert not caplog.records

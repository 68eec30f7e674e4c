"""The clients that stand for people in the other tests: what they send and what they claim to have received."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction

import numpy as np
import pytest
from aiortc.codecs.vpx import Vp8Encoder, vp8_depayload
from aiortc.rtp import RtpPacket
from av import Packet
from numpy.typing import NDArray

from tests.rtc_client import BITS, Assembler, Audio, Camera, Client, Clip, Colour, Tone, draw_number, read_number, until

GREEN: Colour = (40, 180, 60)


def clip(colour: Colour | None = None) -> Clip:
    return Clip.make(width=160, height=120, fps=20, bitrate=200_000, seconds=2, colour=colour)


@pytest.fixture
async def alice() -> AsyncIterator[Client]:
    """She sends."""
    client = Client(clip(GREEN), Tone.make(440))
    yield client
    await client.close()


@pytest.fixture
async def bob() -> AsyncIterator[Client]:
    """He receives, and looks at it."""
    client = Client(clip(), Tone.make(880), decode=True)
    yield client
    await client.close()


def packets(frames: int) -> Iterator[RtpPacket]:
    """What the first frames of the clip are on the network; the timestamp is the number of the frame."""
    encoder, sequence = Vp8Encoder(), 65_530
    for number in range(frames):
        made = Packet(clip().frames[number % len(clip().frames)])
        made.pts, made.time_base = number, Fraction(1, 90_000)
        payloads, timestamp = encoder.pack(made)
        for part, payload in enumerate(payloads, 1):
            packet = RtpPacket(sequence_number=sequence % 65_536, timestamp=timestamp, marker=part == len(payloads))
            packet.payload = payload
            vars(packet)["_data"] = vp8_depayload(payload)  # as aiortc's receiver does
            yield packet
            sequence += 1


def levels(audio: Audio) -> set[int]:
    """A set into which go the levels that the packets of a stream say, from now on."""
    said: set[int] = set()
    receiver = audio._receiver
    handle = receiver._handle_rtp_packet

    async def listen(packet: RtpPacket, arrival_time_ms: int) -> None:
        said.add(-packet.extensions.audio_level[1])
        await handle(packet, arrival_time_ms)

    vars(receiver)["_handle_rtp_packet"] = listen
    return said


async def connect(sender: Client, receiver: Client) -> None:
    """One sends to the other, with nothing between them."""
    await sender.send(receiver.watch_offer)
    await asyncio.gather(sender.connected(), receiver.connected())


@pytest.mark.parametrize("size", [(120, 160), (240, 320), (480, 640), (720, 1280)])
def test_a_number_is_read_back(size: tuple[int, int]) -> None:
    """From a picture of any size that calls have, in spite of noise and little contrast."""
    rng = np.random.default_rng(1)
    for number in (0, 1, 1234, 2**BITS - 1):
        luma = np.full(size, 99, dtype=np.uint8)
        draw_number(luma, number)
        noisy: NDArray[np.uint8] = np.clip(luma * 0.6 + rng.normal(30, 10, size), 0, 255).astype(np.uint8)
        assert read_number(noisy) == number


def test_no_number_is_read_where_there_is_none() -> None:
    """Neither plain nor random pixels are taken for a number, but for the few that have the right check bits."""
    rng = np.random.default_rng(1)
    assert all(read_number(np.full((120, 160), shade, dtype=np.uint8)) is None for shade in (0, 128, 255))
    blocks = [np.kron(rng.integers(0, 2, (8, 9)) * 255, np.ones((30, 36))).astype(np.uint8) for _ in range(200)]
    assert sum(read_number(block) is not None for block in blocks) < 200 / 4 / 4


@pytest.mark.parametrize(("width", "height", "fps", "bitrate"), [(320, 240, 15, 300_000), (640, 480, 30, 1_000_000)])
def test_a_clip_has_the_bitrate_that_it_was_asked_for(width: int, height: int, fps: int, bitrate: int) -> None:
    """The picture is detailed enough to need it, and there is a keyframe each second."""
    made = Clip.make(width, height, fps, bitrate, 2.0)
    assert made.bitrate == pytest.approx(bitrate, rel=0.1)
    keyframes = [number for number, frame in enumerate(made.frames) if not frame[0] & 1]
    assert keyframes == [0, fps]


async def test_what_is_sent_is_seen_and_heard(alice: Client, bob: Client) -> None:
    """The numbers come back in order, the colour is the sender's, and so is the tone, and no other."""
    await connect(alice, bob)
    (video,), (audio,) = bob.videos, bob.audios
    video.source = alice.camera
    await until(lambda: len(video.delays) >= 30 and audio.hears(440))
    read = [number for number in video.numbers if number is not None]
    assert len(read) == len(video.numbers)
    assert read == [number % 40 for number in range(read[0], read[0] + len(read))]
    assert video.shows(GREEN)
    assert not video.shows((180, 40, 60))
    assert not audio.hears(880)
    assert audio.level(440) == pytest.approx(-17, abs=2)  # -20 dBov is what a sine at -17 dB has
    assert all(0 <= delay < 1 for _, delay in video.delays)


async def test_silence_is_not_heard(alice: Client, bob: Client) -> None:
    """Who stops speaking sends silence, and every packet says how loud it is, as a browser's does."""
    await connect(alice, bob)
    (audio,) = bob.audios
    said = levels(audio)
    await until(lambda: audio.hears(440) and said == {-20})
    alice.microphone.speaking = False
    await until(lambda: audio.peak < 0.01)
    assert not audio.hears(440, above=-70)
    assert said == {-20, -127}


async def test_frames_are_counted_without_a_decoder(alice: Client) -> None:
    """A client that does not decode knows how many frames came, and no more."""
    counter = Client(clip(), Tone.make())
    await connect(alice, counter)
    await until(lambda: counter.videos[0].frames > 20 and counter.audios[0].frames > 20)
    assert counter.videos[0].frames == pytest.approx(alice.camera.count, abs=2)
    assert counter.videos[0].picture is None
    assert alice.camera.asked == 0
    await counter.close()


async def test_a_keyframe_is_sent_when_asked_for(alice: Client, bob: Client) -> None:
    """The clip goes on at its next keyframe, at once, and time goes on as before."""
    await connect(alice, bob)
    await until(lambda: 5 in bob.videos[0].numbers)
    alice.camera.ask_keyframe()
    await until(lambda: 25 in bob.videos[0].numbers)
    numbers = bob.videos[0].numbers
    before = numbers[numbers.index(20) - 1]
    assert before is not None
    assert 5 <= before < 19


async def test_keyframes_are_not_sent_faster_than_a_browser_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that comes too soon after the last is answered later, and is not forgotten."""
    camera = Camera(clip())
    sent = clip().frames.index
    camera.ask_keyframe()
    assert [sent(camera._next()) for _ in range(3)] == [0, 1, 2]
    camera.ask_keyframe()
    assert [sent(camera._next()) for _ in range(2)] == [3, 4]
    monkeypatch.setattr(Camera, "INTERVAL", 0.0)
    assert [sent(camera._next()) for _ in range(2)] == [20, 21]


async def test_a_client_that_comes_into_the_middle_asks_for_a_keyframe(alice: Client, bob: Client) -> None:
    """Nothing counts as received before it can be shown; the request makes the sender go on at a keyframe."""
    bob.loss = 1.0
    await connect(alice, bob)
    await until(lambda: alice.camera.count >= 5)
    assert bob.videos[0].frames == 0
    bob.loss = 0.0
    await until(lambda: bob.videos[0].numbers)
    assert bob.videos[0].numbers[0] == 20
    assert alice.camera.asked > 0


def test_a_frame_is_complete_with_its_last_packet() -> None:
    """It need not wait for the next one to begin."""
    assembler = Assembler()
    for packet in packets(3):
        ask, frame = assembler.add(packet)
        assert not ask
        assert (frame is not None) == bool(packet.marker)


def test_without_a_keyframe_nothing_is_shown_and_one_is_asked_for() -> None:
    """At once, with the first packet: there is nothing to wait for."""
    assembler = Assembler()
    came = [packet for packet in packets(15) if packet.timestamp > 3]
    assert assembler.add(came[0]) == (True, None)
    assert all(assembler.add(packet) == (False, None) for packet in came[1:])


def test_after_a_loss_a_keyframe_is_asked_for_and_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was lost is waited for a moment; nothing that refers to it is shown; then all is well again."""
    assembler, shown = Assembler(), []
    for packet in packets(60):
        monkeypatch.setattr(Assembler, "PATIENCE", 0.0 if packet.timestamp == 15 else 100.0)
        if packet.timestamp != 7:
            ask, frame = assembler.add(packet)
            assert ask == (packet.timestamp == 15)
            shown += [frame.timestamp] if frame else []
    assert shown == [*range(7), *range(20, 60)]


def test_what_was_lost_and_comes_late_is_taken() -> None:
    """Sent again, it makes the frames complete that waited for it."""
    assembler, shown = Assembler(), []
    came = list(packets(20))
    late = [packet for packet in came if packet.timestamp == 7]
    after = [packet for packet in came if packet.timestamp > 7]
    for packet in [packet for packet in came if packet.timestamp < 7] + after[:2] + late + after[2:]:
        _, frame = assembler.add(packet)
        shown += [frame.timestamp] if frame else []
    assert shown == sorted(shown)
    assert set(shown) >= set(range(18))


@pytest.mark.parametrize("loss", [0.02, 0.1])
async def test_a_lossy_line_loses_that_share_and_recovers(alice: Client, bob: Client, loss: float) -> None:
    """Packets are lost, asked for again, and sent again: the picture goes on."""
    bob.loss = loss
    await connect(alice, bob)
    begin = time.monotonic()
    await until(lambda: alice.camera.count > 50)
    assert bob.lost > 0
    assert bob.videos[0].frames > 0.7 * alice.camera.count
    assert bob.videos[0].longest_gap(begin) < 1.0


async def test_a_line_that_loses_everything_brings_nothing(alice: Client, bob: Client) -> None:
    """The parameter reaches every packet of media."""
    bob.loss = 1.0
    await connect(alice, bob)
    await until(lambda: alice.camera.count > 10 and bob.lost > 10)
    assert bob.videos[0].frames == bob.audios[0].frames == 0


async def test_a_client_leaves_nothing_behind(alice: Client, bob: Client) -> None:
    """All its tasks end with it, and it can come again."""
    before = asyncio.all_tasks()
    for _ in range(2):
        await connect(alice, bob)
        await until(lambda: bob.videos[0].frames > 3)
        await alice.close()
        await bob.close()
    await until(lambda: asyncio.all_tasks() == before)

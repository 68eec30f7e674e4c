"""What the clients that stand for people are made of: numbers in pictures, clips, and frames made of packets."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from aiortc.codecs.vpx import Vp8Encoder, vp8_depayload
from aiortc.rtp import RtpPacket
from av import Packet
from numpy.typing import NDArray

from tests.rtc_client import BITS, Assembler, Camera, Clip, draw_number, read_number


def clip() -> Clip:
    return Clip.make(width=160, height=120, fps=20, bitrate=200_000, seconds=2)


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

"""Packets, pictures and sources that a test makes up, and a reader that keeps what it gets."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction

import numpy as np
import pytest
from av import VideoFrame

from calls.media.codecs import VideoDecoder, VideoEncoder
from calls.media.packet import Packet
from calls.media.rtc.receiver import IncomingTrack
from calls.media.source import Source
from tests.people import FakeClock

VIDEO_CLOCK, AUDIO_CLOCK = Fraction(1, 90_000), Fraction(1, 48_000)
FRAME = 6_000  # of VIDEO_CLOCK: 15 frames a second
TICK = 960  # of AUDIO_CLOCK: 20 ms


class Kept:
    """A reader that keeps what it gets."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.source: Source | None = None
        """Where the last one is from."""

    def take(self, source: Source, packet: Packet) -> None:
        self.source = source
        self.packets.append(packet)


class Asked(Source):
    """A source that keeps what its sender is told."""

    def __init__(self, kind: str = "video") -> None:
        super().__init__(kind)
        self.keyframes = 0
        self.limits: list[int | None] = []

    def pass_request_keyframe(self) -> None:
        self.keyframes += 1

    def pass_limit(self, bitrate: int | None) -> None:
        self.limits.append(bitrate)


class Arriving(Asked):
    """What comes with a connection."""

    def __init__(self, kind: str = "video") -> None:
        super().__init__(kind)
        self.ended = False
        self.caps: list[int] = []

    def cap(self, bitrate: int) -> None:
        self.caps.append(bitrate)


class Arrived(IncomingTrack):
    """A track of a connection; its packets are those that a test publishes."""

    source: Arriving  # type: ignore[assignment] # what stands in for the connection's

    def __init__(self, kind: str = "video") -> None:
        super().__init__(kind)
        self.source = Arriving(kind)

    def end(self) -> None:
        """The other side has gone."""
        self.source.ended = True
        self.stop()


class Ticking(FakeClock):
    """A clock in the place of the module `time`."""

    def monotonic(self) -> float:
        return self.now

    time = monotonic


def piece(
    sequence: int,
    timestamp: int | None = None,
    *,
    entry: bool = False,
    marker: bool = True,
    codec: str = "VP8",
    level: int | None = None,
) -> Packet:
    """A packet that tells its own number; each is a frame, unless said otherwise."""
    at = sequence * FRAME if timestamp is None else timestamp
    number = sequence & 0xFFFF
    return Packet(codec, number, at & 0xFFFFFFFF, number.to_bytes(2, "big"), marker, entry, level)


def tick(number: int, payload: bytes = b"", *, level: int | None = None) -> Packet:
    """20 ms of sound."""
    return Packet("opus", number & 0xFFFF, number * TICK & 0xFFFFFFFF, payload, marker=False, entry=True, level=level)


def picture(shade: int = 0, pts: int | None = 0, *, width: int = 32, height: int = 16) -> VideoFrame:
    """A frame of one shade of gray."""
    frame = VideoFrame.from_ndarray(np.full((height, width, 3), shade, dtype=np.uint8), format="bgr24")
    frame.pts, frame.time_base = pts, VIDEO_CLOCK
    return frame


def shade(frame: VideoFrame) -> int:
    """The brightness of a picture, 0 to 255."""
    return round(float(frame.to_ndarray(format="gray").mean()))


def encoded(
    shades: Iterable[int], *, keyframes: Iterable[int] = (0,), size: tuple[int, int] = (32, 16)
) -> list[Packet]:
    """The packets of gray pictures, keyframes where told so."""
    encoder, forced, packets = VideoEncoder(), set(keyframes), list[Packet]()
    for number, each in enumerate(shades):
        frame = picture(each, number * FRAME, width=size[0], height=size[1])
        made = encoder.encode(frame, 500_000, keyframe=number in forced)
        packets += [packet._replace(timestamp=number * FRAME) for packet in made]  # the codec may be out by one
    return packets


def publish(source: Source, *packets: Packet) -> None:
    """All of them, one after the other."""
    for packet in packets:
        source.publish(packet)


def count_work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often anything is decoded or encoded from now on, by what it is."""
    counts = Counter[str]()

    def count(owner: type, method: str, what: str) -> None:
        plain: Callable[..., object] = getattr(owner, method)

        def counted(*args: object, **options: object) -> object:
            counts[what] += 1
            return plain(*args, **options)

        monkeypatch.setattr(owner, method, counted)

    count(VideoDecoder, "decode", "pictures decoded")
    count(VideoEncoder, "encode", "pictures encoded")
    return counts


async def settled() -> None:
    """All that can happen without waiting has happened."""
    for _ in range(20):
        await asyncio.sleep(0)

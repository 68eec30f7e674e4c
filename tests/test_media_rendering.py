"""What the effects make of a stream: decoded and encoded once, only the newest frame, nothing while nobody watches."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from av import VideoFrame

from calls.media import rendering as module
from calls.media.assembler import Picture
from calls.media.codecs import VideoDecoder, VideoEncoder
from calls.media.dimensions import Size
from calls.media.packet import Packet
from calls.media.rendering import MOST_WAITING, Rendering
from calls.media.workers import WORKERS
from tests.rtc_client import until
from tests.tracks import FRAME, Asked, Kept, count_work, encoded, picture, publish, settled, shade

CAP = 800_000


class Dark:
    """An effect that halves the brightness, counts, and takes as long as the test wants."""

    def __init__(self) -> None:
        self.times: list[int] = []
        """The timestamps that it has begun with."""
        self._free = threading.Event()
        self._free.set()

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        self.times.append(frame.pts or 0)
        self._free.wait(10)
        return picture(shade(frame) // 2, frame.pts, width=frame.width, height=frame.height)

    def hold(self) -> None:
        """Be slow."""
        self._free.clear()

    def release(self) -> None:
        """Be fast."""
        self._free.set()


@pytest.fixture
def effect() -> Iterator[Dark]:
    made = Dark()
    yield made
    made.release()


@pytest.fixture
def original() -> Asked:
    return Asked()


@pytest.fixture
async def rendering(original: Asked, effect: Dark) -> AsyncIterator[Rendering]:
    made = Rendering(original, effect, lambda: CAP)
    yield made
    for reader in made.readers:
        made.remove(reader)
    effect.release()
    await asyncio.to_thread(lambda: None)
    await until(lambda: WORKERS._work_queue.empty())


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    return count_work(monkeypatch)


def at_work() -> list[asyncio.Task[object]]:
    """The tasks of renderings."""
    return [task for task in asyncio.all_tasks() if "Rendering." in repr(task.get_coro())]


def seen(packets: list[Packet]) -> list[int]:
    """The brightness of each picture in these packets."""
    decoder, stamps = VideoDecoder(), dict.fromkeys(packet.timestamp for packet in packets)
    frames = [
        decoder.decode(Picture("VP8", at, tuple(each.payload for each in packets if each.timestamp == at)))
        for at in stamps
    ]
    return [shade(frame) for frame in frames if frame]


def frames(packets: list[Packet]) -> int:
    """How many pictures are complete."""
    return sum(packet.marker for packet in packets)


def has(viewer: Kept, count: int) -> Callable[[], bool]:
    """Whether so many pictures have come."""
    return lambda: frames(viewer.packets) == count


async def play(original: Asked, packets: list[Packet], done: Callable[[], object]) -> None:
    """Publish a packet, and wait until something has come of it."""
    publish(original, *packets)
    await until(done)


# What is too large


async def test_a_picture_that_is_too_large_is_refused(original: Asked, effect: Dark, work: Counter[str]) -> None:
    """The person is told how large it is and may be, nothing is decoded of it, and a smaller one is shown again."""
    told: list[str] = []
    rendering, viewer = Rendering(original, effect, lambda: CAP, largest=Size(96, 96), refuse=told.append), Kept()
    rendering.add(viewer)
    large, small = encoded([100], size=(160, 112)), encoded([100], size=(96, 64))
    work.clear()
    await play(original, large, lambda: told)
    assert "160×112" in told[0]
    assert "96×96" in told[0]
    assert effect.times == []
    await play(original, small, has(viewer, 1))
    rendering.remove(viewer)


# Watching


async def test_a_viewer_sees_what_the_effect_made(original: Asked, rendering: Rendering) -> None:
    """Every picture, at its own time, beginning with a keyframe."""
    viewer = Kept()
    rendering.add(viewer)
    for number, packet in enumerate(encoded([100, 140, 180])):
        await play(original, [packet], has(viewer, number + 1))
    assert seen(viewer.packets) == [pytest.approx(value, abs=4) for value in (50, 70, 90)]
    assert [packet.timestamp for packet in viewer.packets] == [pytest.approx(FRAME * n, abs=1) for n in range(3)]
    assert [packet.entry for packet in viewer.packets] == [True, False, False]


async def test_it_is_decoded_and_encoded_once(
    original: Asked, rendering: Rendering, effect: Dark, work: Counter[str]
) -> None:
    """However many watch: each gets the same packets."""
    viewers = [Kept(), Kept(), Kept()]
    packets = encoded([100, 140, 180])
    work.clear()
    for viewer in viewers:
        rendering.add(viewer)
    for number, packet in enumerate(packets):
        await play(original, [packet], has(viewers[0], number + 1))
    assert work == {"pictures decoded": 3, "pictures encoded": 3}
    assert len(effect.times) == 3
    assert viewers[0].packets == viewers[1].packets == viewers[2].packets


async def test_it_rests_while_nobody_watches(original: Asked, rendering: Rendering, work: Counter[str]) -> None:
    """No reader, no task, no picture kept; who comes again sees it from the next keyframe on, which is asked for."""
    packets = encoded([100, 140, 180], keyframes=[0, 2])
    viewer = Kept()
    for turn in range(2):
        rendering.add(viewer)
        assert (original.readers, len(at_work())) == ((rendering,), 2)
        await play(original, packets[:1], has(viewer, turn + 1))
        rendering.remove(viewer)
        await settled()
        publish(original, *packets)
        await settled()
        assert not any((original.readers, at_work()))
    assert (work["pictures decoded"], frames(viewer.packets)) == (2, 2)
    assert all(packet.entry for packet in viewer.packets)


# Slowness


async def test_a_slow_effect_gets_the_newest_frame_only(original: Asked, rendering: Rendering, effect: Dark) -> None:
    """What came meanwhile is decoded, since later pictures build on it, and left out: no delay, no queue that grows."""
    viewer, packets = Kept(), encoded(range(20, 220, 20))
    rendering.add(viewer)
    effect.hold()
    await play(original, packets[:1], lambda: effect.times)
    for packet in packets[1:]:
        await play(original, [packet], lambda: not rendering._pictures)
    await until(lambda: rendering._fresh and rendering._fresh.frame.pts == 9 * FRAME)
    assert len(effect.times) == 1
    effect.release()
    await until(has(viewer, 2))
    assert effect.times == [0, 9 * FRAME]
    assert seen(viewer.packets) == [pytest.approx(10, abs=4), pytest.approx(100, abs=6)]


async def test_the_age_of_a_frame_is_told(original: Asked, rendering: Rendering, effect: Dark) -> None:
    """From when it came to when it left, in seconds."""
    rendering.add(viewer := Kept())
    await play(original, encoded([100]), has(viewer, 1))
    assert 0 < rendering.age < 1


async def test_a_machine_that_cannot_follow_begins_anew(
    original: Asked, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures that wait to be decoded are a delay: when there are too many, the next keyframe is gone on with."""
    free, plain = threading.Event(), module._decode

    def slow(decoder: VideoDecoder, pictures: list[Picture]) -> VideoFrame | None:
        free.wait(10)
        return plain(decoder, pictures)

    monkeypatch.setattr(module, "_decode", slow)
    viewer, packets = Kept(), encoded([100] * (MOST_WAITING + 3) + [200, 210], keyframes=[0, MOST_WAITING + 3])
    rendering.add(viewer)
    await play(original, packets[:1], lambda: not rendering._pictures)
    asked = original.keyframes
    monkeypatch.setattr(original, "_asked_at", float("-inf"))
    publish(original, *packets[1 : MOST_WAITING + 2])
    assert len(rendering._pictures) == 0
    assert original.keyframes == asked + 1
    publish(original, *packets[MOST_WAITING + 2 :])
    assert [each.timestamp for each in rendering._pictures] == [(MOST_WAITING + n) * FRAME for n in (3, 4)]
    free.set()
    await until(has(viewer, 2))
    assert seen(viewer.packets)[-1] == pytest.approx(105, abs=4)


async def test_one_that_begins_anew_leaves_the_old_work_behind(
    original: Asked, rendering: Rendering, effect: Dark
) -> None:
    """An effect may still be at a frame when the last viewer goes and the next one comes: what it makes of it is shown
    to nobody, and it does not get into the new encoder's way."""
    packets = encoded([100, 200], keyframes=[0, 1])
    first, second = Kept(), Kept()
    rendering.add(first)
    effect.hold()
    await play(original, packets[:1], lambda: len(effect.times) == 1)
    rendering.remove(first)
    rendering.add(second)
    await play(original, packets[1:], lambda: len(effect.times) == 2)
    effect.release()
    await until(has(second, 1))
    assert seen(second.packets) == [pytest.approx(100, abs=4)]
    assert (first.packets, second.packets[0].sequence) == ([], 1)


# Loss


async def test_without_a_keyframe_one_is_asked_for(original: Asked, rendering: Rendering) -> None:
    """At once, and again at the source's own rate."""
    rendering.add(Kept())
    assert original.keyframes == 1
    publish(original, *encoded([100, 110, 120])[1:])
    assert original.keyframes == 1


async def test_a_broken_picture_costs_a_keyframe(
    original: Asked, rendering: Rendering, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is logged, the sender is asked, and with what it sends the picture goes on."""
    viewer, packets = Kept(), encoded([100, 110, 120, 200], keyframes=[0, 3], size=(160, 120))
    rendering.add(viewer)
    await play(original, packets[:1], has(viewer, 1))
    monkeypatch.setattr(original, "_asked_at", float("-inf"))
    with caplog.at_level(logging.WARNING, logger=module.__name__):
        await play(
            original, [packets[1]._replace(payload=packets[1].payload[:4] + b"\xff" * 9)], lambda: caplog.records
        )
        publish(original, packets[2])
        assert original.keyframes == 2
        await play(original, packets[3:], has(viewer, 2))
    assert seen(viewer.packets)[-1] == pytest.approx(100, abs=4)


async def test_a_frame_that_cannot_be_encoded_is_left_out(
    original: Asked, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An effect may return anything; the next frame is another one."""
    viewer, packets, plain = Kept(), encoded([100, 110, 120]), VideoEncoder.encode
    failures = [ValueError("no")]

    def encode(encoder: VideoEncoder, frame: VideoFrame, bitrate: int, *, keyframe: bool) -> list[Packet]:
        if failures:
            raise failures.pop()
        return plain(encoder, frame, bitrate, keyframe=keyframe)

    monkeypatch.setattr(VideoEncoder, "encode", encode)
    rendering.add(viewer)
    await play(original, packets[:1], lambda: not failures)
    await play(original, packets[1:2], has(viewer, 1))
    assert viewer.packets[0].entry


# What the viewers say


async def test_a_keyframe_is_made_for_a_viewer_who_lacks_one(original: Asked, rendering: Rendering) -> None:
    """By the encoder here: the sender is not bothered."""
    viewer, packets = Kept(), encoded([100, 110, 120])
    rendering.add(viewer)
    await play(original, packets[:1], has(viewer, 1))
    rendering.request_keyframe()
    await play(original, packets[1:2], has(viewer, 2))
    await play(original, packets[2:], has(viewer, 3))
    assert [packet.entry for packet in viewer.packets] == [True, True, False]
    assert original.keyframes == 1


async def test_the_encoder_follows_the_slowest_viewer(
    original: Asked, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as there is one, and never above what the person may send."""
    bitrates, plain = list[int](), VideoEncoder.encode

    def encode(encoder: VideoEncoder, frame: VideoFrame, bitrate: int, *, keyframe: bool) -> list[Packet]:
        bitrates.append(bitrate)
        return plain(encoder, frame, bitrate, keyframe=keyframe)

    packets = encoded([100] * 4)
    monkeypatch.setattr(VideoEncoder, "encode", encode)
    viewer = Kept()
    rendering.add(viewer)
    for number, limit in enumerate([None, 300_000, 5_000_000, None]):
        rendering.limit(viewer, limit)
        await play(original, [packets[number]], has(viewer, number + 1))
    assert bitrates == [CAP, 300_000, CAP, CAP]
    assert original.limits == []

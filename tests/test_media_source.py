"""Where packets come from: readers that come and go, keyframes at a bounded rate, the slowest reader's limit."""

import logging

import pytest

from calls.media import source as module
from calls.media.packet import Packet
from calls.media.source import KEYFRAME_EVERY, Source
from tests.tracks import Asked, Kept, Ticking, piece, publish


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    monkeypatch.setattr(module, "time", ticking)
    return ticking


class Watched(Source):
    """A source that counts how often its readers changed."""

    changes = 0

    def readers_changed(self) -> None:
        self.changes += 1


def test_every_reader_gets_every_packet() -> None:
    """From when it is added until it is removed, in order."""
    source, first, second = Source("video"), Kept(), Kept()
    packets = [piece(number) for number in range(4)]
    source.add(first)
    publish(source, packets[0])
    source.add(second)
    publish(source, packets[1], packets[2])
    source.remove(first)
    publish(source, packets[3])
    assert (first.packets, second.packets) == (packets[:3], packets[1:])


def test_adding_and_removing_twice_is_once() -> None:
    """A reader gets each packet once; who is no reader can be removed."""
    source, reader = Watched("video"), Kept()
    for _ in range(2):
        source.add(reader)
    publish(source, piece(0))
    for _ in range(2):
        source.remove(reader)
    assert (len(reader.packets), source.changes, source.readers) == (1, 2, ())


def test_a_reader_that_raises_hurts_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    """The others get the packet, the source hears nothing of it, and the log says what it was."""

    class Broken(Kept):
        def take(self, source: Source, packet: Packet) -> None:
            raise ValueError(source, packet)

    source, before, after = Source("video"), Kept(), Kept()
    for reader in (before, Broken(), after):
        source.add(reader)
    with caplog.at_level(logging.ERROR, logger=module.__name__):
        publish(source, piece(0), piece(1))
    assert len(before.packets) == len(after.packets) == 2
    assert [record.exc_info is not None for record in caplog.records] == [True, True]


def test_a_reader_may_go_while_a_packet_is_handed_on() -> None:
    """Neither is one left out for that, nor does one get it twice."""

    class Leaving(Kept):
        def take(self, source: Source, packet: Packet) -> None:
            super().take(source, packet)
            source.remove(self)

    source, readers = Source("video"), [Leaving(), Kept(), Leaving(), Kept()]
    for reader in readers:
        source.add(reader)
    publish(source, piece(0), piece(1))
    assert [len(reader.packets) for reader in readers] == [1, 2, 1, 2]


# Keyframes


def test_a_keyframe_is_asked_for_at_once(clock: Ticking) -> None:
    """The first request of all is not held back, at whatever time it comes."""
    clock.now = 0.0
    source = Asked()
    source.request_keyframe()
    assert source.keyframes == 1


def test_a_keyframe_is_asked_for_at_a_bounded_rate(clock: Ticking) -> None:
    """However many ask, however often: the sender is told at most every 300 ms."""
    assert KEYFRAME_EVERY == 0.3
    source, begin = Asked(), clock.now
    while clock.now < begin + 2.95:
        source.request_keyframe()
        clock.advance(0.01)
    assert source.keyframes == 10


def test_sources_do_not_hold_each_other_back(clock: Ticking) -> None:
    """The rate is that of one feed."""
    first, second = Asked(), Asked()
    for source in (first, second):
        source.request_keyframe()
    assert (first.keyframes, second.keyframes) == (1, 1)


# Limits


def test_the_smallest_limit_counts() -> None:
    """It follows the slowest reader, and there is none when nobody has one."""
    source, readers = Asked(), [Kept(), Kept()]
    source.limit(readers[0], 900_000)
    source.limit(readers[1], 400_000)
    source.limit(readers[0], 300_000)
    source.limit(readers[0], None)
    source.limit(readers[1], None)
    assert source.limits == [900_000, 400_000, 300_000, 400_000, None]


def test_a_reader_that_goes_takes_its_limit_along() -> None:
    """Who does not watch any more makes nobody's picture worse."""
    source, slow, fast = Asked(), Kept(), Kept()
    for reader, bitrate in ((slow, 100_000), (fast, 2_000_000)):
        source.add(reader)
        source.limit(reader, bitrate)
    source.remove(slow)
    assert source.limits[-1] == 2_000_000

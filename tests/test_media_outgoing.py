"""What one connection sends: a stream without a seam, whichever source it comes from."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from aiortc.mediastreams import MediaStreamError
from hypothesis import given
from hypothesis import strategies as st

from calls.media import outgoing as module
from calls.media.outgoing import OutgoingTrack, _Cut
from calls.media.packet import Packet
from calls.media.source import Source
from calls.media.stage import Slot
from tests.tracks import FRAME, Asked, Ticking, piece, publish, settled

SECOND = 90_000  # of video's clock


@dataclass(frozen=True)
class Sent:
    """A packet as it leaves."""

    packet: Packet
    sequence: int
    timestamp: int
    made_at: float | None


@dataclass
class Connection:
    """What a sender is: it takes what the track pushes."""

    sent: list[Sent] = field(default_factory=list)

    def send(self, packet: Packet, sequence: int, timestamp: int, made_at: float | None) -> None:
        self.sent.append(Sent(packet, sequence, timestamp, made_at))

    @property
    def payloads(self) -> list[int]:
        """The numbers that the packets bear."""
        return [int.from_bytes(each.packet.payload, "big") for each in self.sent]

    @property
    def steps(self) -> list[tuple[int, int]]:
        """From each packet to the next: by how much its sequence number and its timestamp are later."""
        return [
            ((after.sequence - before.sequence) & 0xFFFF, (after.timestamp - before.timestamp) & 0xFFFFFFFF)
            for before, after in pairwise(self.sent)
        ]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    monkeypatch.setattr(module, "time", ticking)
    monkeypatch.setattr("calls.media.source.time", ticking)
    return ticking


@pytest.fixture
def connection() -> Connection:
    return Connection()


@pytest.fixture
async def track(clock: Ticking, connection: Connection) -> OutgoingTrack:
    """A track that a connection sends."""
    opened = Slot(asyncio.get_running_loop(), "video").open()
    opened.begin(connection.send)
    return opened


def plays(source: Source, clock: Ticking, numbers: range, *, entry: int | None = None) -> None:
    """Frames of 1/15 s, one packet each; `entry` is a keyframe."""
    for number in numbers:
        publish(source, piece(number, entry=number == entry))
        clock.advance(1 / 15)


# One source


async def test_a_source_is_shown_from_its_next_keyframe_on(
    track: OutgoingTrack, connection: Connection, clock: Ticking
) -> None:
    """One is asked for at once; what comes before it nobody could decode."""
    source = Asked()
    track.show(source)
    assert source.keyframes == 1
    plays(source, clock, range(5), entry=2)
    assert connection.payloads == [2, 3, 4]


async def test_a_keyframe_that_does_not_come_is_asked_for_again(track: OutgoingTrack, clock: Ticking) -> None:
    """The request may be lost: with what comes instead, it is repeated every 300 ms."""
    source = Asked()
    track.show(source)
    plays(source, clock, range(1, 30))  # 2 s
    assert source.keyframes == 6


async def test_a_source_keeps_its_distances(track: OutgoingTrack, connection: Connection, clock: Ticking) -> None:
    """Sequence numbers and timestamps are moved, and no more; loss and order are those of the source."""
    source = Asked()
    track.show(source)
    publish(source, piece(10, entry=True), piece(11), piece(14), piece(13))
    assert connection.steps == [(1, FRAME), (3, 3 * FRAME), (0xFFFF, 2**32 - FRAME)]


@given(st.integers(0, 0xFFFF), st.integers(0, 2**32 - 1), st.lists(st.integers(1, 300), min_size=1, max_size=20))
async def test_a_source_may_count_from_any_number(sequence: int, timestamp: int, steps: list[int]) -> None:
    """Where its counters begin anew, the stream's go on."""
    connection, source = Connection(), Asked()
    track = Slot(asyncio.get_running_loop(), "video").open()
    track.begin(connection.send)
    track.show(source)
    publish(source, piece(sequence, timestamp, entry=True))
    for step in steps:
        sequence, timestamp = sequence + step, timestamp + step * FRAME
        publish(source, piece(sequence, timestamp))
    assert connection.steps == [(step, step * FRAME) for step in steps]


async def test_a_stream_begins_in_the_lower_half(clock: Ticking) -> None:
    """Of the sequence numbers: one that wrapped with its first packets could not be decrypted."""
    screen = Slot(asyncio.get_running_loop(), "video")
    for _ in range(50):
        track, connection, source = screen.open(), Connection(), Asked()
        track.begin(connection.send)
        track.show(source)
        publish(source, piece(65_000, entry=True))
        assert connection.sent[0].sequence <= 0x8000


async def test_a_frame_is_dated_once(track: OutgoingTrack, connection: Connection, clock: Ticking) -> None:
    """With its first packet: when it was made, on the process's clock. A late packet of an older frame is not."""
    source = Asked()
    track.show(source)
    begin = clock.now
    publish(source, piece(0, 0, entry=True, marker=False), piece(1, 0))
    clock.advance(1 / 15)
    publish(source, piece(3, FRAME), piece(2, 0))
    assert [each.made_at for each in connection.sent] == [begin, None, pytest.approx(begin + 1 / 15), None]


# From one source to another


async def test_a_switch_leaves_no_seam(track: OutgoingTrack, connection: Connection, clock: Ticking) -> None:
    """The first goes on until the second has a keyframe; sequence numbers run on by one, and time as it has passed."""
    first, second = Asked(), Asked()
    track.show(first)
    plays(first, clock, range(30_000, 30_005), entry=30_000)
    track.show(second)
    assert second.keyframes == 1
    for number in range(5):
        publish(first, piece(30_005 + number))
        clock.advance(1 / 30)
        publish(second, piece(7 + number, 12_345 + FRAME * number, entry=number >= 2))
        clock.advance(1 / 30)
    assert connection.payloads == [*range(30_000, 30_008), 9, 10, 11]
    assert [sequence for sequence, _ in connection.steps] == [1] * 10
    assert connection.steps[7][1] == pytest.approx(SECOND / 30, abs=1)
    assert (first.readers, second.readers) == ((), (track,))


@given(
    starts=st.lists(st.integers(0, 0xFFFF), min_size=3, max_size=3),
    turns=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=12),
)
async def test_the_stream_runs_forward_over_any_switches(starts: list[int], turns: list[tuple[int, int, int]]) -> None:
    """Whatever the sources count from: no number is used twice, none is left out, and no time comes back."""
    clock, connection = Ticking(), Connection()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "time", clock)
        track, sources = Slot(asyncio.get_running_loop(), "video").open(), [Asked(), Asked(), Asked()]
        track.begin(connection.send)
        for turn, waiting, length in turns:
            track.show(sources[turn])
            begin, starts[turn] = starts[turn], starts[turn] + waiting + length
            plays(sources[turn], clock, range(begin, starts[turn]), entry=begin + waiting)
    assert len(connection.sent) >= sum(length for _, _, length in turns)
    assert all(sequence == 1 and 0 < timestamp < SECOND for sequence, timestamp in connection.steps)


async def test_a_late_packet_from_before_the_cut_is_dropped(
    track: OutgoingTrack, connection: Connection, clock: Ticking
) -> None:
    """Its number is taken: by the last packets of the source before."""
    first, second = Asked(), Asked()
    track.show(first)
    plays(first, clock, range(3), entry=0)
    track.show(second)
    plays(second, clock, range(65_535, 65_538), entry=65_535)
    publish(second, piece(65_533), piece(65_534))
    publish(first, piece(3))
    assert connection.payloads == [0, 1, 2, 65_535, 0, 1]


async def test_a_packet_that_was_late_itself_does_not_shift_the_cut(
    track: OutgoingTrack, connection: Connection, clock: Ticking
) -> None:
    """The numbers go on behind the highest that was sent, not behind the last."""
    first, second = Asked(), Asked()
    track.show(first)
    publish(first, piece(0, entry=True), piece(2), piece(1))
    track.show(second)
    publish(second, piece(0, entry=True))
    assert [sequence for sequence, _ in connection.steps] == [2, 0xFFFF, 2]


async def test_a_switch_that_waits_is_replaced(track: OutgoingTrack, connection: Connection, clock: Ticking) -> None:
    """Only the last that was asked for comes; the others lose their reader at once."""
    sources = [Asked() for _ in range(3)]
    track.show(sources[0])
    plays(sources[0], clock, range(2), entry=0)
    track.show(sources[1])
    track.show(sources[2])
    assert [source.readers for source in sources] == [(track,), (), (track,)]
    plays(sources[1], clock, range(10, 12), entry=10)
    plays(sources[2], clock, range(20, 22), entry=20)
    assert connection.payloads == [0, 1, 20, 21]


async def test_a_switch_that_is_taken_back_was_none(
    track: OutgoingTrack, connection: Connection, clock: Ticking
) -> None:
    """The source that is on goes on, and nobody is asked for a keyframe for it."""
    first, second = Asked(), Asked()
    track.show(first)
    plays(first, clock, range(2), entry=0)
    clock.advance(1)
    track.show(second)
    track.show(first)
    plays(first, clock, range(2, 4))
    plays(second, clock, range(4), entry=0)
    assert connection.payloads == [0, 1, 2, 3]
    assert (first.keyframes, second.readers) == (1, ())


async def test_nothing_is_shown_at_once(track: OutgoingTrack, connection: Connection, clock: Ticking) -> None:
    """A call that is over shows not one frame more, whatever is on and whatever waits."""
    first, second = Asked(), Asked()
    track.show(first)
    plays(first, clock, range(2), entry=0)
    track.show(second)
    track.show(None)
    plays(first, clock, range(2, 4), entry=3)
    plays(second, clock, range(4), entry=0)
    assert connection.payloads == [0, 1]
    assert first.readers == second.readers == ()


async def test_after_a_pause_time_has_passed(track: OutgoingTrack, connection: Connection, clock: Ticking) -> None:
    """The same source, or another, ten seconds later: its first frame is ten seconds later, and it needs a keyframe."""
    source = Asked()
    track.show(source)
    plays(source, clock, range(2), entry=0)
    track.show(None)
    clock.advance(10)
    track.show(source)
    plays(source, clock, range(200, 203), entry=201)
    assert connection.payloads == [0, 1, 201, 202]
    sequence, timestamp = connection.steps[1]
    assert sequence == 1
    assert timestamp / SECOND == pytest.approx(10 + 2 / 15, abs=0.001)


async def test_showing_the_same_again_is_free(track: OutgoingTrack, connection: Connection, clock: Ticking) -> None:
    """The hub says it at every change in the room."""
    source = Asked()
    for number in range(3):
        track.show(source)
        clock.advance(1)
        publish(source, piece(number, entry=number == 0))
    assert (connection.payloads, source.keyframes, source.readers) == ([0, 1, 2], 1, (track,))


# What the other side says


async def test_lost_pictures_reach_the_source_that_is_on(track: OutgoingTrack, clock: Ticking) -> None:
    """And no other; nobody is asked while nothing is on."""
    first, second = Asked(), Asked()
    track.request_keyframe()
    track.show(first)
    plays(first, clock, range(1), entry=0)
    track.show(second)
    clock.advance(1)
    track.request_keyframe()
    assert (first.keyframes, second.keyframes) == (2, 1)


async def test_a_viewer_s_limit_is_that_of_what_it_sees(track: OutgoingTrack, clock: Ticking) -> None:
    """It reaches the source that is on, and goes with the viewer to another."""
    first, second, slot = Asked(), Asked(), vars(track)["_slot"]
    slot.show(first)
    plays(first, clock, range(1), entry=0)
    track.limit(300_000)
    slot.show(second)
    plays(second, clock, range(1), entry=0)
    assert first.limits == [300_000, None]
    track.limit(200_000)
    assert second.limits == [300_000, 200_000]


async def test_a_line_that_is_full_rests_until_a_keyframe(
    track: OutgoingTrack, connection: Connection, clock: Ticking
) -> None:
    """Nothing is sent meanwhile, nor asked for, and a new limit holds; then it goes on without a gap in the numbers."""
    source = Asked()
    vars(track)["_slot"].show(source)
    plays(source, clock, range(3), entry=0)
    track.rest(1.0)
    track.limit(100_000)
    plays(source, clock, range(3, 15), entry=8)  # 0.8 s
    assert (connection.payloads, source.keyframes, source.limits) == ([0, 1, 2], 1, [100_000])
    plays(source, clock, range(15, 30), entry=25)
    assert connection.payloads == [0, 1, 2, *range(25, 30)]
    assert source.keyframes > 1
    assert {step for step, _ in connection.steps} == {1}


async def test_what_rests_may_be_turned_to_another_source(
    track: OutgoingTrack, connection: Connection, clock: Ticking
) -> None:
    """Neither of the two before is read any more."""
    first, second, third = Asked(), Asked(), Asked()
    track.show(first)
    plays(first, clock, range(1), entry=0)
    track.show(second)
    track.rest(0.1)
    assert first.readers == ()
    track.show(third)
    assert (second.readers, third.readers) == ((), (track,))
    clock.advance(1)
    plays(third, clock, range(7, 9), entry=7)
    assert connection.payloads == [0, 7, 8]


# The connection's side


async def test_a_track_is_pushed_and_never_read(track: OutgoingTrack) -> None:
    """Whoever reads it is told that it has ended."""
    with pytest.raises(MediaStreamError):
        await track.recv()


async def test_a_track_that_is_stopped_reads_no_more(
    track: OutgoingTrack, connection: Connection, clock: Ticking
) -> None:
    """From any thread; what is on and what waits lose a reader, and nothing more is sent."""
    first, second = Asked(), Asked()
    track.show(first)
    plays(first, clock, range(1), entry=0)
    track.show(second)
    await asyncio.to_thread(track.stop)
    await settled()
    assert first.readers == second.readers == ()
    track.show(first)
    plays(first, clock, range(1, 3), entry=1)
    assert connection.payloads == [0]


async def test_a_track_that_was_stopped_does_not_begin(clock: Ticking, connection: Connection) -> None:
    """The connection may have closed before it was negotiated."""
    screen = Slot(asyncio.get_running_loop(), "video")
    screen.show(source := Asked())
    track = screen.open()
    track.stop()
    track.begin(connection.send)
    await settled()
    plays(source, clock, range(2), entry=0)
    assert connection.sent == []
    assert source.readers == ()


# The cut itself


@given(
    first=st.integers(0, 0xFFFF),
    at=st.integers(0, 2**31),
    offsets=st.lists(st.integers(-500, 500), max_size=30),
)
def test_a_cut_moves_every_packet_by_the_same(first: int, at: int, offsets: list[int]) -> None:
    """Or drops it, if it is from before."""
    cut = _Cut(piece(first, entry=True), at, 77, 90_000)
    for offset in offsets:
        place = cut.place(piece(first + offset))
        if offset < 0:
            assert place is None
        else:
            assert place is not None
            assert place[:2] == (at + offset, 77 + offset * FRAME)

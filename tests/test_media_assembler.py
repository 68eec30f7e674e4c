"""Pictures put together of packets that come late, twice, or never."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.limits import WAITING_BYTES, WAITING_PACKETS
from calls.media import assembler as module
from calls.media.assembler import PATIENCE, Assembler, Picture
from calls.media.packet import Packet
from tests.tracks import FRAME, Ticking, piece

FIRST = 65_520  # so that the sequence numbers begin anew in every test


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    monkeypatch.setattr(module, "time", ticking)
    return ticking


def stream(sizes: list[int], keyframes: tuple[int, ...] = (0,), *, first: int = FIRST) -> list[list[Packet]]:
    """Pictures of so many packets each."""
    pictures, sequence = [], first
    for number, size in enumerate(sizes):
        packets = [
            piece(sequence + part, number * FRAME, entry=part == 0 and number in keyframes, marker=part == size - 1)
            for part in range(size)
        ]
        pictures.append(packets)
        sequence += size
    return pictures


def given_out(assembler: Assembler, packets: list[Packet]) -> list[int]:
    """The numbers of the pictures that are given out when these packets come."""
    pictures = [picture for packet in packets for picture in assembler.add(packet)]
    return [picture.timestamp // FRAME for picture in pictures]


def test_a_picture_is_given_out_with_its_last_packet() -> None:
    """It waits neither for the next one nor for anything else, and has its payloads in order."""
    assembler = Assembler()
    for number, packets in enumerate(stream([3, 1, 2])):
        *before, last = packets
        assert given_out(assembler, before) == []
        payloads = tuple(packet.payload for packet in packets)
        assert assembler.add(last) == [Picture("VP8", number * FRAME, payloads)]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.integers(0, 0xFFFF), st.randoms(use_true_random=False))
def test_order_does_not_matter(sizes: list[int], first: int, chance: random.Random) -> None:
    """When the first packet has come, the others may in any order, and twice: each picture is given out once, in order,
    as soon as all before it are complete."""
    (start, *packets) = [packet for picture in stream(sizes, first=first) for packet in picture]
    came = packets + chance.choices(packets, k=len(packets) // 3) if packets else []
    chance.shuffle(came)
    assembler = Assembler()
    assert given_out(assembler, [start, *came]) == list(range(len(sizes)))


@given(st.lists(st.integers(1, 3), min_size=2, max_size=12), st.sets(st.integers(0, 35)))
def test_what_is_lost_costs_all_that_builds_on_it(sizes: list[int], lost: set[int]) -> None:
    """Up to the first lost packet everything is given out, and from then on nothing, as long as no keyframe comes."""
    pictures = stream(sizes)
    packets = [packet for picture in pictures for packet in picture]
    whole = 0
    for picture in pictures:
        if lost & {packets.index(packet) for packet in picture}:
            break
        whole += 1
    came = [packet for number, packet in enumerate(packets) if number not in lost]
    assert given_out(Assembler(), came) == list(range(whole))


def test_without_a_keyframe_nothing_is_given_out() -> None:
    """Who comes into the middle waits for one, and says so."""
    assembler = Assembler()
    pictures = stream([2, 2, 2, 2], keyframes=(2,))
    assert given_out(assembler, pictures[0] + pictures[1]) == []
    assert assembler.needs_keyframe
    assert given_out(assembler, pictures[2] + pictures[3]) == [2, 3]
    assert not assembler.needs_keyframe


def test_what_is_sent_again_in_time_fills_the_gap(clock: Ticking) -> None:
    """Then all that waited for it comes out at once."""
    assembler = Assembler()
    pictures = stream([1] * 6)
    late = pictures[2]
    for packets in pictures[:2] + pictures[3:5]:
        given_out(assembler, packets)
        clock.advance(PATIENCE / 3)
    assert not assembler.needs_keyframe
    assert given_out(assembler, late) == [2, 3, 4]
    assert given_out(assembler, pictures[5]) == [5]


def test_what_does_not_come_is_waited_for_no_longer_than_that(clock: Ticking) -> None:
    """Then a keyframe is needed, and gone on with; what is left of the pictures before is not shown."""
    assembler = Assembler()
    pictures = stream([2] * 10, keyframes=(0, 7))
    lost = pictures[1].pop()
    waited = 0.0
    for packets in pictures[:1] + pictures[1:6]:
        given_out(assembler, packets)
        clock.advance(0.07)
        waited += 0.07
    assert waited > PATIENCE
    assert assembler.needs_keyframe
    assert given_out(assembler, [lost, *pictures[6]]) == []
    assert given_out(assembler, pictures[7] + pictures[8]) == [7, 8]


def test_a_picture_that_comes_slowly_is_no_gap(clock: Ticking) -> None:
    """Its packets come one by one, and may take longer than a lost one."""
    assembler = Assembler()
    (packets,) = stream([5])
    for packet in packets[:-1]:
        given_out(assembler, [packet])
        clock.advance(PATIENCE)
    assert given_out(assembler, packets[-1:]) == [0]


def test_two_gaps_are_two(clock: Ticking) -> None:
    """One that was filled is forgotten: the next one has all the time again."""
    assembler = Assembler()
    pictures = stream([1] * 8)
    given_out(assembler, pictures[0] + pictures[2])
    clock.advance(PATIENCE * 0.9)
    assert given_out(assembler, pictures[1] + pictures[3]) == [1, 2, 3]
    given_out(assembler, pictures[5])
    clock.advance(PATIENCE * 0.9)
    assert given_out(assembler, pictures[4]) == [4, 5]


def test_nothing_is_kept_of_what_was_given_out() -> None:
    """An hour of pictures takes no more memory than a second."""
    assembler = Assembler()
    for picture in stream([2] * 500):
        given_out(assembler, picture)
    assert not vars(assembler)["_packets"]


def test_what_comes_after_its_picture_was_given_out_is_forgotten(clock: Ticking) -> None:
    """A packet that comes twice, late: it is no gap, and is not kept."""
    assembler = Assembler()
    pictures = stream([2] * 8)
    for number, packets in enumerate(pictures):
        assert given_out(assembler, packets) == [number]
        assert given_out(assembler, pictures[max(number - 2, 0)]) == []
        clock.advance(PATIENCE)
    assert not assembler.needs_keyframe
    assert not vars(assembler)["_packets"]


class Counted(dict[int, Packet]):
    """Counts how often it is looked into."""

    looks = 0

    def get(self, *arguments: Any) -> Any:
        self.looks += 1
        return super().get(*arguments)

    def __iter__(self) -> Iterator[int]:
        for number in super().__iter__():
            self.looks += 1
            yield number


def test_a_packet_costs_the_same_however_many_wait() -> None:
    """Of a picture without an end, too: those that came before are not looked through again."""
    assembler = Assembler()
    waiting = vars(assembler)["_packets"] = Counted()
    (packets,) = stream([2_000])
    for number, packet in enumerate(packets[:-1], start=1):
        assert assembler.add(packet) == []
        assert waiting.looks <= 3 * number
    assert len(assembler.add(packets[-1])) == 1


@pytest.mark.usefixtures("clock")  # which stands
@pytest.mark.parametrize("gap", [False, True])
def test_what_waits_is_bounded_in_packets(gap: bool) -> None:  # noqa: FBT001
    """Where no packet is the last one, or one is missing for as long as the clock stands: then a keyframe is needed."""
    assembler = Assembler()
    (packets,) = stream([3 * WAITING_PACKETS])
    if gap:
        del packets[1]
    given_out(assembler, packets[: WAITING_PACKETS // 2])
    assert not assembler.needs_keyframe
    given_out(assembler, packets[WAITING_PACKETS // 2 : -1])
    assert assembler.needs_keyframe
    assert vars(assembler)["_packets"] == {}
    assert given_out(assembler, stream([1], first=packets[-1].sequence + 1)[0]) == [0]


def test_what_waits_is_bounded_in_bytes() -> None:
    """As many as there are of the largest datagrams."""
    assembler, sent = Assembler(), 0
    (packets,) = stream([WAITING_PACKETS])
    for packet in packets[:-1]:
        assembler.add(packet._replace(payload=bytes(60_000)))
        sent += 60_000
        assert assembler.needs_keyframe == (sent > WAITING_BYTES)
    assert vars(assembler)["_bytes"] == 0


def test_timestamps_have_no_end() -> None:
    """They go on where the sender's 32 bits begin anew."""
    assembler = Assembler()
    stamps = [2**32 - FRAME, 0, FRAME]
    packets = [piece(number, stamp, entry=number == 0) for number, stamp in enumerate(stamps)]
    given = [picture.timestamp for packet in packets for picture in assembler.add(packet)]
    assert given == [2**32 - FRAME, 2**32, 2**32 + FRAME]

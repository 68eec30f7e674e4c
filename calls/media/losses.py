"""Which packets of one stream are missing, and when to ask for them (NACK, RFC 4585): rules without clock or loop.

Times are seconds on any steady clock. Each packet costs the same few steps, whatever its number; a look at what is due
costs as much as there are gaps.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from calls.limits import LATE_PACKETS, LOST_PACKETS

ASKS = 8  # times; who has not sent a packet again by then will not
USEFUL = 1.0  # seconds; an older packet is no use to anybody who watches: a keyframe comes sooner

ROUND_TRIP = 0.1  # seconds, until the first answer has shown how long it takes
LONGEST_ROUND_TRIP = 0.5  # seconds

PATIENCE, MOST_PATIENCE = 0.01, 0.1  # seconds that a packet may be late before it is asked for: at first, and at most
MORE_PATIENCE, LESS_PATIENCE = 0.005, 0.000_1  # seconds; the two balance when one packet in fifty is later than that


class Arrival(Enum):
    """What a packet is to its stream."""

    NEW = auto()
    """The next one, or one that was missing."""
    KNOWN = auto()
    """It has come before, or nobody waits for it any more."""
    STRAY = auto()
    """Far out of step: an accident, unless another one from there follows."""
    RESTART = auto()
    """The stream counts on from elsewhere, and what is between is lost: a keyframe is needed."""


@dataclass(slots=True)
class _Gap:
    """Numbers that are missing in a row, from `first` to `last`."""

    first: int
    last: int
    since: float
    ask_at: float
    asked: int = 0
    asked_at: float = 0.0
    """When they were asked for first."""


class Losses:
    """Follows the sequence numbers of one stream.

    A number that is left out may only be late: it is asked for when it is later than nearly all that have been late
    so far, then once per round trip. The round trip is how long answers take.

    Behind a restart the numbers of `continued` run on, with one missing: who is sent the stream follows no far jump.
    """

    def __init__(self) -> None:
        self._newest: int | None = None
        self._shift = 0
        """From the stream's own numbers to those that run on, which all others here are."""
        self._stray: int | None = None
        self._gaps: list[_Gap] = []
        """In order. All lie within LOST_PACKETS of the newest number, so there are never more than half as many."""
        self._round_trip: float | None = None
        self._patience = PATIENCE

    def arrived(self, sequence: int, now: float, *, resent: bool = False) -> Arrival:
        """Take note of a packet, by the 16 bits of its number; `resent` is one in a stream for that (RFC 4588)."""
        if self._newest is None:
            self._newest = sequence
            return Arrival.NEW
        ahead = (sequence + self._shift - self._newest + LATE_PACKETS) % 0x10000 - LATE_PACKETS
        if ahead > LOST_PACKETS:
            return Arrival.KNOWN if resent else self._jump(sequence, self._newest)
        if ahead > 0:
            self._advance(self._newest, self._newest + ahead, now)
            return Arrival.NEW
        return self._fill(self._newest + ahead, now, resent=resent)

    def continued(self, sequence: int) -> int:
        """The number of a packet that is new, in 16 bits, as if the stream had never counted from elsewhere."""
        return (sequence + self._shift) & 0xFFFF

    @property
    def missing(self) -> bool:
        """Whether anything is."""
        return bool(self._gaps)

    @property
    def ask_at(self) -> float | None:
        """When to look at what is due next; None while nothing is missing."""
        return min((gap.ask_at for gap in self._gaps), default=None)

    def due(self, now: float) -> list[int]:
        """The numbers to ask for now, at most LOST_PACKETS, in order. They count as asked for."""
        self._gaps = [gap for gap in self._gaps if gap.asked < ASKS and now - gap.since < USEFUL]
        numbers = [number for gap in self._gaps if gap.ask_at <= now for number in self._ask(gap, now)]
        return [(number - self._shift) & 0xFFFF for number in numbers]

    def _ask(self, gap: _Gap, now: float) -> Iterator[int]:
        gap.asked_at = gap.asked_at if gap.asked else now
        gap.asked += 1
        gap.ask_at = now + (self._round_trip or ROUND_TRIP) + self._patience
        return iter(range(gap.first, gap.last + 1))

    def _advance(self, newest: int, number: int, now: float) -> None:
        self._newest = number
        if number > newest + 1:
            self._gaps.append(_Gap(newest + 1, number - 1, now, now + self._patience))
        while self._gaps and self._gaps[0].first < number - LOST_PACKETS:
            if self._gaps[0].last < number - LOST_PACKETS:
                del self._gaps[0]
            else:
                self._gaps[0].first = number - LOST_PACKETS

    def _jump(self, sequence: int, newest: int) -> Arrival:
        """Believed when two come from there."""
        before, self._stray = self._stray, sequence
        if before is None or not 0 < (sequence - before) % 0x10000 <= LOST_PACKETS:
            return Arrival.STRAY
        self._newest, self._stray = newest + 2, None
        self._shift = self._newest - sequence
        self._gaps.clear()
        return Arrival.RESTART

    def _fill(self, number: int, now: float, *, resent: bool) -> Arrival:
        place = bisect_right(self._gaps, number, key=lambda gap: gap.first) - 1
        gap = self._gaps[place] if place >= 0 else None
        if gap is None or number > gap.last:
            return Arrival.KNOWN
        self._learn(gap, now, resent=resent)
        before = _Gap(gap.first, number - 1, gap.since, gap.ask_at, gap.asked, gap.asked_at)
        after = _Gap(number + 1, gap.last, gap.since, gap.ask_at, gap.asked, gap.asked_at)
        self._gaps[place : place + 1] = [part for part in (before, after) if part.first <= part.last]
        return Arrival.NEW

    def _learn(self, gap: _Gap, now: float, *, resent: bool) -> None:
        """From one that came by itself, how late packets are; from one that was sent again, how long that takes."""
        late = not resent and now - gap.since > self._patience
        self._patience += MORE_PATIENCE if late else -LESS_PATIENCE
        self._patience = min(max(self._patience, PATIENCE), MOST_PATIENCE)
        if resent and gap.asked:
            took = min(now - gap.asked_at, LONGEST_ROUND_TRIP)
            before = took if self._round_trip is None else self._round_trip
            self._round_trip = before + (took - before) / 8

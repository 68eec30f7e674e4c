"""The first seconds of a stream to a viewer whose line nobody knows yet.

A source is at its full quality when somebody begins to watch. A line that is too weak for it queues what it cannot
carry, and the viewer's own estimate (REMB) comes only when that queue has long been full. The viewer's first receiver
report (RFC 3550, section 6.4.2) comes sooner, and says how far the stream has come. Times are
seconds on any steady clock.
"""

from collections import deque
from dataclasses import dataclass

OPENS_FOR = 3.0  # seconds; by then the viewer estimates for itself
PAUSED = 1.0  # seconds without a packet; what comes then is a beginning
LATE = 0.3  # seconds on top of a round trip that a packet may be under way
FIRST_LIMIT = 0.7  # of what arrived: sound goes over the same line
LEAST = 60_000  # bits per second: what a small picture needs
LONGEST_REST = 1.5  # seconds


@dataclass(frozen=True)
class Choked:
    """The line cannot carry what it is sent."""

    limit: int
    """Bits per second that it may carry."""
    sent: int
    """Bits per second that it was sent."""
    rest: float
    """Seconds until what waits at the line has left it."""


class Opening:
    """Compares what one viewer was sent with how far it has come."""

    def __init__(self, now: float) -> None:
        self._began = now
        self._under_way: deque[tuple[int, float, int]] = deque()
        """Of each packet: its sequence number, when it was sent, its size in bytes."""
        self._arrived = 0

    def is_over(self, now: float) -> bool:
        """Whether the viewer's own estimates are enough from now on."""
        return now - self._began > OPENS_FOR

    def sent(self, sequence: int, size: int, now: float) -> None:
        """A packet of so many bytes was sent."""
        self._under_way.append((sequence & 0xFFFF, now, size))

    def reported(self, highest: int, now: float, round_trip: float) -> Choked | None:
        """What a report says of the line; the newest packet that has come is `highest`."""
        while self._under_way and not 0 < (self._under_way[0][0] - highest) & 0xFFFF < 0x8000:
            self._arrived += self._under_way.popleft()[2]
        if not self._under_way or now - self._under_way[0][1] <= round_trip + LATE:
            return None
        carried = max(8 * self._arrived / (now - self._began), LEAST)
        waiting = 8 * sum(size for _, _, size in self._under_way)
        sent = (8 * self._arrived + waiting) / (now - self._began)
        return Choked(int(max(FIRST_LIMIT * carried, LEAST)), int(sent), min(waiting / carried, LONGEST_REST))

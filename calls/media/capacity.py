"""How many bits per second one viewer can take, as far as it says so. Times are seconds on any steady clock."""

GROWTH, FAST_GROWTH = 1.08, 1.25  # per second: as fast as browsers try it, and where the line has been carrying more
FREE = 1.3  # times the limit at which the line was full last: beyond it, it is another line by now
CONGESTED = 0.9  # an estimate below this part of what is sent means that something is in the way
LEAST = 0.3  # of a limit: so much is left to pictures, whatever else is sent
LIMITLESS = 20_000_000  # bits per second; a limit that has grown to this is none


class Capacity:
    """Reads one viewer's estimates (REMB). They never go far above what the viewer gets, so a quiet picture makes them
    low without any need: only an estimate below what is sent is a limit, and it is lifted slowly.

    A limit is of all that is sent. What of it is sound, or is sent again, leaves less for pictures: sound comes first.
    """

    def __init__(self, now: float) -> None:
        self._limit: float | None = None
        self._full_at = 0.0
        self._estimated_at = now
        self._second, self._bytes, self._other = int(now), 0, 0
        self._rate, self._rate_of_other = 0, 0

    def sent(self, size: int, now: float) -> None:
        """So many bytes of a picture were sent for the first time."""
        self._count(now)
        self._bytes += size

    def sent_other(self, size: int, now: float) -> None:
        """So many bytes were sound, or were sent again."""
        self.sent(size, now)
        self._other += size

    def bitrate(self, now: float) -> float:
        """Bits per second that the viewer is sent, and can take as far as is known."""
        self._count(now)
        return self._rate if self._limit is None else min(self._rate, self._limit)

    def estimated(self, bitrate: int, now: float) -> int | None:
        """The limit of all pictures after the viewer's estimate, both in bits per second; None when there is none."""
        self._count(now)
        passed, self._estimated_at = now - self._estimated_at, now
        if bitrate < CONGESTED * self._rate:
            self._limit = self._full_at = bitrate
        elif self._limit is not None:
            growth = GROWTH if self._limit < FREE * self._full_at else FAST_GROWTH
            grown = self._limit * growth ** min(passed, 1.0)
            self._limit = grown if grown < LIMITLESS else None
        return None if self._limit is None else max(int(self._limit) - self._rate_of_other, int(self._limit * LEAST))

    def choked(self, bitrate: int, sent: int) -> int:
        """Of a picture that has just begun, in `sent` bits per second, the viewer's line carries no more than
        `bitrate`, whatever its next estimates are. The limit of all pictures."""
        self._limit = self._full_at = bitrate + max(self._rate - sent, 0)
        return int(self._limit)

    def _count(self, now: float) -> None:
        """The rates are those of the last whole second; after a pause there are none."""
        second = int(now)
        if second != self._second:
            follows = second == self._second + 1
            self._rate, self._rate_of_other = (self._bytes * 8, self._other * 8) if follows else (0, 0)
            self._second, self._bytes, self._other = second, 0, 0

"""How many bits per second one viewer can take, as far as it says so. Times are seconds on any steady clock."""

GROWTH, FAST_GROWTH = 1.12, 1.25  # per second: near what the line carried when it was full last, and elsewhere
NEAR = 0.5, 1.3  # times that
CONGESTED = 0.9  # an estimate below this part of what is sent means that something is in the way
SECONDS = 2  # that it is smoothed over: in a single one there may be a keyframe
ONE_EVENT = 3.0  # seconds; estimates fall step by step when a line is full
LEAST = 0.5  # of a limit: so much is left to what is new, whatever is sent again
LIMITLESS = 20_000_000  # bits per second; a limit that has grown to this is none


class Capacity:
    """Reads one viewer's estimates (REMB). They never go far above what the viewer gets, so a quiet picture makes them
    low without any need: only an estimate below what is sent is a limit, and it is lifted slowly.

    A limit is of all that is sent of pictures. What of it is sent again leaves less for what is new.
    """

    def __init__(self, now: float) -> None:
        self._limit: float | None = None
        self._full_at = 0.0
        self._heard: object = None
        self._estimated_at = now
        self._second, self._bytes, self._again = int(now), 0, 0
        self._rate, self._rate_again = 0, 0
        self._usual_rate, self._congested_at = 0.0, float("-inf")

    def sent(self, size: int, now: float) -> None:
        """So many bytes of a picture were sent for the first time."""
        self._count(now)
        self._bytes += size

    def sent_again(self, size: int, now: float) -> None:
        """So many bytes were."""
        self.sent(size, now)
        self._again += size

    def bitrate(self, now: float) -> float:
        """Bits per second that the viewer is sent, and can take as far as is known."""
        self._count(now)
        return self._rate if self._limit is None else min(self._rate, self._limit)

    def is_new(self, message: object) -> bool:
        """Whether an estimate is heard of for the first time: it comes to each sender of the streams that it names."""
        before, self._heard = self._heard, message
        return message is not before

    def estimated(self, bitrate: int, now: float) -> int | None:
        """The limit of all pictures after the viewer's estimate, both in bits per second; None when there is none."""
        self._count(now)
        passed, self._estimated_at = now - self._estimated_at, now
        if bitrate < CONGESTED * min(self._rate, self._usual_rate):
            within = self._limit is not None and now - self._congested_at < ONE_EVENT
            self._full_at = max(self._full_at, bitrate) if within else bitrate
            self._limit, self._congested_at = bitrate, now
        elif self._limit is not None:
            near = NEAR[0] * self._full_at < self._limit < NEAR[1] * self._full_at
            growth = GROWTH if near else FAST_GROWTH
            grown = self._limit * growth ** min(passed, 1.0)
            self._limit = grown if grown < LIMITLESS else None
        return None if self._limit is None else max(int(self._limit) - self._rate_again, int(self._limit * LEAST))

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
            self._rate, self._rate_again = (self._bytes * 8, self._again * 8) if follows else (0, 0)
            usual = self._usual_rate or self._rate
            self._usual_rate = usual + (self._rate - usual) / SECONDS
            self._second, self._bytes, self._again = second, 0, 0

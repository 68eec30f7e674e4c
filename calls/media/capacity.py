"""How many bits per second one viewer can take, as far as it says so."""

import time

GROWTH = 1.08  # per estimate, that is about per second: as fast as browsers try it
CONGESTED = 0.9  # an estimate below this part of what is sent means that something is in the way
LIMITLESS = 20_000_000  # bits per second; a limit that has grown to this is none


class Capacity:
    """Reads one viewer's estimates (REMB). They never go far above what the viewer gets, so a quiet picture makes them
    low without any need: only an estimate below what is sent is a limit, and it is lifted slowly."""

    def __init__(self) -> None:
        self._limit: float | None = None
        self._second, self._bytes, self._rate = 0, 0, 0

    def sent(self, size: int) -> None:
        """So many bytes were sent just now."""
        self._count()
        self._bytes += size

    def estimated(self, bitrate: int) -> int | None:
        """The viewer's limit after this estimate, both in bits per second; None when there is none."""
        self._count()
        if bitrate < CONGESTED * self._rate:
            self._limit = bitrate
        elif self._limit is not None:
            self._limit = self._limit * GROWTH if self._limit * GROWTH < LIMITLESS else None
        return None if self._limit is None else int(self._limit)

    def _count(self) -> None:
        """The rate is that of the last whole second; after a pause there is none."""
        second = int(time.monotonic())
        if second != self._second:
            self._rate = self._bytes * 8 if second == self._second + 1 else 0
            self._second, self._bytes = second, 0

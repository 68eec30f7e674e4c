"""When something was recorded, on the clock of this process, as well as can be told from when it arrived."""

CREEP = 0.001  # how fast the estimate forgets, in seconds per second: clocks differ by less


class Timeline:
    """Places one stream's timestamps on the process's clock. Of all delays on the way, the shortest one counts."""

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._offset: float | None = None
        self._last = 0.0

    def place(self, timestamp: int, now: float) -> float:
        """When the frame with this timestamp (without an end, in units of the clock rate) was made, if it came now."""
        offset = now - timestamp / self._clock_rate
        if self._offset is None:
            self._offset = offset
        else:
            self._offset = min(self._offset + CREEP * (now - self._last), offset)
        self._last = now
        return timestamp / self._clock_rate + self._offset

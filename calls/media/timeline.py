"""One clock for all media of the process, so that a stage can change from feed to feed and time still runs forward."""

import time
from fractions import Fraction

MAX_DRIFT = 1.0  # seconds; a source that is further off has been paused, and starts anew


class Timeline:
    """Moves one source's timestamps onto the process's clock, keeping their distances as they came."""

    def __init__(self) -> None:
        self._offset: float | None = None

    def place(self, pts: int, time_base: Fraction) -> int:
        """The timestamp, in units of `time_base`, of a frame that came just now with the timestamp `pts`."""
        now, source = time.monotonic(), float(pts * time_base)
        if self._offset is None or abs(now - source - self._offset) > MAX_DRIFT:
            self._offset = now - source
        return round((source + self._offset) / time_base)

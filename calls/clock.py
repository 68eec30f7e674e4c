"""Two clocks: one that never jumps counts how long things take; the one that people read says when they were."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

Clock = Callable[[], float]

steady: Clock = partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
"""Seconds that pass, from anywhere on, whatever becomes of the time of day; on Linux also while the machine sleeps."""


@dataclass(frozen=True, slots=True)
class Time:
    """What moments on the steady clock are for people. The time of day may be set at any moment, an hour back or forth:
    each answer is by the time of day as it is now."""

    steady: Clock = steady
    of_day: Clock = time.time
    """Seconds since the epoch."""

    def since(self, at: float) -> float:
        """For how many seconds that has been; 0 for what is still to come."""
        return max(0.0, self.steady() - at)

    def date(self, at: float) -> datetime:
        """When that was or will be, in UTC."""
        return datetime.fromtimestamp(self.of_day() - (self.steady() - at), UTC)

"""Time that stands still while the process waits for a processor: what is measured is Parley, not what else runs here.

A test in real time is a race between timers and work. On a busy machine the timers go on while the work waits: answers
come too late, frames are left out, and a call is given up that no network has broken. Linux says how long each thread
has been ready to run and was not let to (`run_delay` in /proc/<pid>/schedstat, see Documentation/scheduler/
sched-stats.rst); by so much the clocks of the process go slower here. Elsewhere they are as they were.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from unittest.mock import patch

from aiortc import clock

THREADS = Path("/proc/self/task")
EVERY = 0.005  # seconds between two looks at what Linux says: one takes some 0.1 ms


def waited(threads: Path) -> dict[str, float]:
    """How long each thread has waited for a processor, in seconds; empty where the system does not say."""
    found: dict[str, float] = {}
    for thread in threads.glob("*/schedstat"):
        try:
            found[thread.parent.name] = int(thread.read_text(encoding="ascii").split()[1]) / 1e9
        except OSError:  # the thread has just ended
            continue
    return found


class FairTime:
    """A clock that leaves out the seconds in which a thread of this process was not let to run."""

    def __init__(self, threads: Path = THREADS) -> None:
        self._wall, self._threads = time.monotonic, threads
        self._looked, self._waited = self._wall(), waited(threads)
        self._lost, self._newest = 0.0, self._looked
        self._lock = Lock()

    def monotonic(self) -> float:
        """Seconds, as `time.monotonic` has them."""
        with self._lock:
            now = self._wall()
            if now - self._looked > EVERY:
                self._look(now)
            self._newest = max(self._newest, now - self._lost)
            return self._newest

    def _look(self, now: float) -> None:
        before, self._waited = self._waited, waited(self._threads)
        longest = max((seconds - before.get(thread, 0.0) for thread, seconds in self._waited.items()), default=0.0)
        self._lost += min(longest, now - self._looked)
        self._looked = now


@contextmanager
def fair_time() -> Iterator[None]:
    """Let the clocks of Python and of aiortc be fair in this block: asyncio's timers follow."""
    fair, offset = FairTime(), time.time() - time.monotonic()
    with (
        patch.object(time, "monotonic", fair.monotonic),
        patch.object(time, "time", lambda: fair.monotonic() + offset),
        patch.object(clock, "current_datetime", lambda: datetime.fromtimestamp(fair.monotonic() + offset, UTC)),
    ):
        yield

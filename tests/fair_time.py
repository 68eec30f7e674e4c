"""Time that stands still while the process waits for a processor: what is measured is Parley, not what else runs here.

A test in real time is a race between timers and work. On a busy machine the timers go on while the work waits: answers
come too late, frames are left out, and a call is given up that no network has broken. Linux says how long each thread
has been ready to run and was not let to (`run_delay` in /proc/<pid>/schedstat, see Documentation/scheduler/
sched-stats.rst); by so much the clocks of the process go slower here. Elsewhere they are as they were.
"""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from unittest.mock import patch

from aiortc import clock

THREADS = Path("/proc/self/task")
LOOK_EVERY, LIST_EVERY = 0.01, 0.25  # seconds between two looks at what Linux says, and at which threads there are


class Threads:
    """How long each thread of a process has waited for a processor. The files stay open: a look costs microseconds."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._files = folder, dict[str, int]()

    def list(self) -> None:
        """See which there are now; none where the system does not say."""
        with suppress(FileNotFoundError):
            for thread in self._folder.iterdir():
                if thread.name not in self._files:
                    with suppress(OSError):  # the thread has just ended
                        self._files[thread.name] = os.open(thread / "schedstat", os.O_RDONLY)

    def waited(self) -> dict[str, int]:
        """Nanoseconds, by thread."""
        found: dict[str, int] = {}
        for name, file in tuple(self._files.items()):
            try:
                found[name] = int(os.pread(file, 100, 0).split()[1])
            except OSError:  # the thread has ended
                os.close(self._files.pop(name))
        return found

    def close(self) -> None:
        """Close the files."""
        while self._files:
            os.close(self._files.popitem()[1])


class FairTime:
    """A clock that leaves out the seconds in which a thread of this process was not let to run."""

    def __init__(self, folder: Path = THREADS) -> None:
        self._wall, self.threads = time.monotonic, Threads(folder)
        self.threads.list()
        self._looked = self._listed = self._newest = self._wall()
        self._waited, self._lost = self.threads.waited(), 0.0
        self._lock = Lock()

    def monotonic(self) -> float:
        """Seconds, as `time.monotonic` has them."""
        with self._lock:
            now = self._wall()
            if now - self._looked > LOOK_EVERY:
                self._look(now)
            self._newest = max(self._newest, now - self._lost)
            return self._newest

    def _look(self, now: float) -> None:
        if now - self._listed > LIST_EVERY:
            self._listed = now
            self.threads.list()
        before, self._waited = self._waited, self.threads.waited()
        longest = max((waited - before.get(name, waited) for name, waited in self._waited.items()), default=0)
        self._lost += min(longest / 1e9, now - self._looked)
        self._looked = now


@contextmanager
def fair_time() -> Iterator[None]:
    """Let the clocks of Python and of aiortc be fair in this block: asyncio's timers follow."""
    fair, offset = FairTime(), time.time() - time.monotonic()
    with (
        closing(fair.threads),
        patch.object(time, "monotonic", fair.monotonic),
        patch.object(time, "time", lambda: fair.monotonic() + offset),
        patch.object(clock, "current_datetime", lambda: datetime.fromtimestamp(fair.monotonic() + offset, UTC)),
    ):
        yield

"""One thread that writes to the database, so that nobody else waits for it."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from calls import limits
from calls.database import PATIENCE, reason

logger = logging.getLogger(__name__)

Job = Callable[[Session], None]
"""Something to write, in a transaction of its own. It may be called again after one that failed."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between two attempts; each pause is twice the one before
DRAIN = 5.0  # seconds in which what waits is written when the server stops
TELL_AFTER = 5.0  # seconds without a write; then people are told
SETTLE = 2.0  # seconds that a reader waits for what has been put before


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the database could not take so far."""

    waiting: int
    """How many jobs wait."""
    lost: int
    """How many found no place among them since the database was written last."""
    seconds: float
    """For how long it could not be written."""


class Writer:
    """Takes jobs from any thread, at once, and does them in their order. One that fails because of the database is
    tried again until it is done; one that fails by itself is dropped, and the log says so."""

    def __init__(self, engine: sa.Engine, told: Callable[[], None] = lambda: None) -> None:
        """`told` is called, from the writer's thread, when there is a `backlog`, and when there is none any more."""
        self._told = told
        self._sessions = sessionmaker(engine)
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._failing: float | None = None
        self._telling = False
        self._lost = 0
        self._until: float | None = None
        self.written = 0
        """Grows with every job that is done: what was read before may be out of date."""
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Have this written. Where limits.WRITES wait already, it is lost."""
        with self._changed:
            if len(self._jobs) >= limits.WRITES:
                self._lost += 1
                return
            self._jobs.append(job)
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait for what has been put before, SETTLE seconds at most; not where the database cannot be written."""
        with self._changed:
            goal = self.written + len(self._jobs)
            self._changed.wait_for(lambda: self.written >= goal or self._failing is not None, SETTLE)

    @property
    def backlog(self) -> Backlog | None:
        """What waits where the database could not be written for TELL_AFTER seconds; else None."""
        with self._changed:
            if self._failing is None or not self._telling:
                return None
            return Backlog(len(self._jobs), self._lost, time.monotonic() - self._failing)

    def close(self, within: float = DRAIN) -> None:
        """Write what waits, for so many seconds at most, and end the thread."""
        with self._changed:
            self._until = time.monotonic() + within
            self._changed.notify_all()
        self._thread.join(within + 2 * PATIENCE)
        if self._jobs:
            logger.error("The database could not be written: %d entries are lost", len(self._jobs))

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while job := self._next():
            if self._done(job):
                self._succeeds()
                pause = FIRST_PAUSE
            elif not self._wait(pause):
                return
            else:
                pause = min(2 * pause, LONGEST_PAUSE)

    def _next(self) -> Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._until is not None)
            return self._jobs[0] if self._jobs else None

    def _done(self, job: Job) -> bool:
        try:
            with self._sessions.begin() as session:
                job(session)
        except (DataError, IntegrityError):
            logger.exception("The database refused an entry; it is lost")
        except (DBAPIError, PoolTimeoutError) as error:
            self._fails(error)
            return False
        except Exception:
            logger.exception("An entry could not be made; it is lost")
        return True

    def _fails(self, error: Exception) -> None:
        with self._changed:
            if self._failing is None:
                self._failing = time.monotonic()
                logger.warning("The database cannot be written (%s); what is to be kept waits", reason(error))
            self._changed.notify_all()
            tell = not self._telling and time.monotonic() - self._failing >= TELL_AFTER
            self._telling = self._telling or tell
        if tell:
            self._told()

    def _succeeds(self) -> None:
        with self._changed:
            if self._failing is not None or self._lost:
                logger.warning("The database is written again; %d entries found no place meanwhile", self._lost)
            told = self._telling
            self._failing, self._telling, self._lost = None, False, 0
            self._jobs.popleft()
            self.written += 1
            self._changed.notify_all()
        if told:
            self._told()

    def _wait(self, pause: float) -> bool:
        """Whether there is time for another attempt, after a pause."""
        with self._changed:
            self._changed.wait_for(lambda: self._until is not None, pause)
            if self._until is None:
                return True
        time.sleep(FIRST_PAUSE)
        return time.monotonic() < self._until

"""Calls that are over, and the database that remembers them."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache, partial

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from calls import limits, statistics
from calls.database import open_database, reason
from calls.errors import StorageError
from calls.rooms import EndedCall
from calls.statistics import Summary
from calls.tables import Call, Person
from calls.writer import Backlog, Writer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PastCall:
    """One call that is over. All times are aware and in UTC."""

    id: str
    caller: str | None
    """The name of who rang; None where people met in a room by its link."""
    participants: tuple[str, ...]
    """The names of all who rang, were rung or came in."""
    participant_ids: tuple[str, ...]
    started_at: datetime
    """When it began to ring, or the room was opened."""
    answered_at: datetime | None
    """When there were first two in it; None if that never was."""
    ended_at: datetime
    reason: str

    @property
    def duration(self) -> timedelta:
        """How long they talked: nothing at all where nobody answered."""
        return self.ended_at - self.answered_at if self.answered_at else timedelta()


def past_call(ended: EndedCall, date: Callable[[float], datetime]) -> PastCall:
    """What the history keeps of a call, the same for the same call: neither the room's code nor its chat. `date` says
    when a moment of the registry's clock was."""
    room = ended.room
    people = {person.id: person.name for person in room.attended}
    return PastCall(
        id=hashlib.sha256(f"{room.code} {room.opened_at} {ended.ended_at}".encode()).hexdigest()[:32],
        caller=people.get(room.call.caller) if room.call else None,
        participants=tuple(people.values()),
        participant_ids=tuple(people),
        started_at=date(room.opened_at),
        answered_at=None if room.started_at is None else date(room.started_at),
        ended_at=date(ended.ended_at),
        reason=str(ended.reason),
    )


class History:
    """The calls that are over, in a database. Safe to use from several threads.

    A call is written by a thread of its own. Who reads finds it, as long as the database can be written; what cannot be
    read raises StorageError.
    """

    def __init__(self, url: str, told: Callable[[], None] = lambda: None) -> None:
        """Open the database of this SQLAlchemy URL and bring its tables up to date. Raises SettingsError where that
        fails. `told` is called when there is a `backlog`, and when there is none any more."""
        self._engine = open_database(url)
        self._sessions = sessionmaker(self._engine)
        self._writer = Writer(self._engine, told)
        self._counting = threading.Lock()
        self._counted = lru_cache(limits.SUMMARIES)(self._count)

    def add(self, call: PastCall) -> None:
        """Keep a call; one that is there already stays as it is. It does not wait for the database."""
        self._writer.put(partial(_write, call))

    def recent(self, limit: int = 100, participant_id: str | None = None, *, skip: int = 0) -> list[PastCall]:
        """The last calls, newest first, without the first `skip`: of everybody, or of one participant."""
        chosen = sa.select(Call).where(_of(participant_id)).order_by(Call.started_at.desc(), Call.id)
        with self._reading() as session:
            return [_past(row) for row in session.scalars(chosen.limit(limit).offset(skip))]

    def count(self, participant_id: str | None = None) -> int:
        """How many calls there are: of everybody, or of one participant."""
        with self._reading() as session:
            return session.scalar(sa.select(sa.func.count(Call.id)).where(_of(participant_id))) or 0

    def summary(self, first: date, last: date, zone: tzinfo) -> Summary:
        """What the calls add up to that began on these days of the time zone, both included. It is counted once, and
        again when there are more calls."""
        self._writer.settle()
        with self._counting:  # whoever else asks for the same meanwhile finds it counted
            return self._counted(first, last, zone, self._writer.written)

    @property
    def backlog(self) -> Backlog | None:
        """What waits where the database could not be written for some seconds; else None."""
        return self._writer.backlog

    def close(self) -> None:
        """Write what waits, as far as that can be, and give the connections back."""
        self._writer.close()
        self._engine.dispose()

    def _count(self, first: date, last: date, zone: tzinfo, _version: int) -> Summary:
        with self._reading() as session:
            return statistics.summarize(session, first, last, zone)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        self._writer.settle()
        try:
            with self._sessions() as session:
                yield session
        except SQLAlchemyError as error:
            logger.warning("The history cannot be read (%s)", reason(error))
            raise StorageError("The past calls cannot be read just now. Try again in a minute.") from error


def _of(who: str | None) -> sa.ColumnElement[bool]:
    """Whether a call is one of this participant's; any is, for None."""
    return sa.true() if who is None else Call.id.in_(sa.select(Person.call_id).where(Person.participant_id == who))


def _write(call: PastCall, session: Session) -> None:
    if session.get(Call, call.id) is None:
        session.add(_row(call))


def _row(call: PastCall) -> Call:
    people = zip(call.participant_ids, call.participants, strict=True)
    return Call(
        id=call.id,
        caller=call.caller,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        reason=call.reason,
        began=int(call.started_at.timestamp()),
        talked=call.duration.total_seconds() if call.answered_at else None,
        people=[Person(place=place, participant_id=id_, name=name) for place, (id_, name) in enumerate(people)],
    )


def _past(row: Call) -> PastCall:
    return PastCall(
        id=row.id,
        caller=row.caller,
        participants=tuple(person.name for person in row.people),
        participant_ids=tuple(person.participant_id for person in row.people),
        started_at=row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        reason=row.reason,
    )

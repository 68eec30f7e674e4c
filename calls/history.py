"""Calls that are over, and the database that remembers them."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

from calls.errors import SettingsError
from calls.rooms import EndedCall


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


def past_call(ended: EndedCall) -> PastCall:
    """What the history keeps of a call: the same for the same call, and neither the room's code nor its chat."""
    room = ended.room
    people = {person.id: person.name for person in room.attended}
    return PastCall(
        id=hashlib.sha256(f"{room.code} {room.opened_at} {ended.ended_at}".encode()).hexdigest()[:32],
        caller=people.get(room.call.caller) if room.call else None,
        participants=tuple(people.values()),
        participant_ids=tuple(people),
        started_at=_utc(room.opened_at),
        answered_at=None if room.started_at is None else _utc(room.started_at),
        ended_at=_utc(ended.ended_at),
        reason=str(ended.reason),
    )


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class _UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC without its zone: SQLite and MySQL have none."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: sa.Dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _: sa.Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class _Base(DeclarativeBase):
    type_annotation_map = {datetime: _UtcDateTime, str: sa.String(255)}  # noqa: RUF012


class _Call(_Base):
    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    caller: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]
    reason: Mapped[str]
    people: Mapped[list["_Person"]] = relationship(order_by="_Person.place", lazy="selectin")


class _Person(_Base):
    __tablename__ = "call_participants"

    call_id: Mapped[str] = mapped_column(sa.ForeignKey("calls.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    participant_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]


class History:
    """The calls that are over, in a database. Safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Open the database of this SQLAlchemy URL and make its tables. Raises SettingsError where that fails."""
        self._engine = _open(url)
        self._sessions = sessionmaker(self._engine)

    def add(self, call: PastCall) -> None:
        """Remember a call; one that is already there stays as it is."""
        with suppress(IntegrityError), self._sessions.begin() as session:  # another thread has just written it
            if session.get(_Call, call.id) is None:
                session.add(_row(call))

    def recent(self, limit: int = 100, participant_id: str | None = None) -> list[PastCall]:
        """The last calls, newest first: of everybody, or of one participant."""
        chosen = sa.select(_Call)
        if participant_id is not None:
            chosen = chosen.where(_Call.people.any(_Person.participant_id == participant_id))
        return self._read(chosen.limit(limit))

    def between(self, start: datetime, end: datetime) -> list[PastCall]:
        """The calls that began at `start` or later and before `end`, newest first."""
        return self._read(sa.select(_Call).where(_Call.started_at >= start, _Call.started_at < end))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _read(self, chosen: sa.Select[_Call]) -> list[PastCall]:
        with self._sessions() as session:
            rows: Sequence[_Call] = session.scalars(chosen.order_by(_Call.started_at.desc(), _Call.id)).all()
            return [_past(row) for row in rows]


def _row(call: PastCall) -> _Call:
    people = zip(call.participant_ids, call.participants, strict=True)
    return _Call(
        id=call.id,
        caller=call.caller,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        reason=call.reason,
        people=[_Person(place=place, participant_id=id_, name=name) for place, (id_, name) in enumerate(people)],
    )


def _past(row: _Call) -> PastCall:
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


def _open(text: str) -> sa.Engine:
    engine = None
    try:
        url = sa.make_url(text)
        engine = sa.create_engine(url, **_pool(url))
        if url.get_backend_name() == "sqlite":
            sa.event.listen(engine, "connect", _write_ahead)
        _Base.metadata.create_all(engine)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        if engine is not None:
            engine.dispose()
        raise SettingsError(
            f"PARLEY_DATABASE_URL cannot be used ({_reason(error)}): give the SQLAlchemy URL of a database that can be "
            "written, such as sqlite:///parley.sqlite3 or postgresql+psycopg://user:password@host/name."
        ) from None
    return engine


def _pool(url: sa.URL) -> dict[str, Any]:
    """A database in memory lives in its one connection, which the threads take in turns."""
    if url.get_backend_name() != "sqlite" or url.database not in (None, "", ":memory:"):
        return {"pool_pre_ping": True}
    single = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    return {**single, "connect_args": {"check_same_thread": False}}


def _write_ahead(connection: Any, _: object) -> None:
    """Let readers read while one writes: https://sqlite.org/wal.html."""
    connection.execute("PRAGMA journal_mode=WAL")


def _reason(error: Exception) -> str:
    """The first line of what the driver said; nothing of a URL that cannot be read, as it may hold a password."""
    if isinstance(error, ValueError):
        return "it cannot be read as a URL"
    return str(getattr(error, "orig", None) or error).partition("\n")[0].rstrip(".")

"""Past calls, in any database that SQLAlchemy speaks to (https://docs.sqlalchemy.org/en/21/)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    Column,
    DateTime,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

from calls.errors import SettingsError
from calls.rooms import EndedCall


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that is over. Times are aware, in UTC."""

    id: str
    caller: str | None
    """Who rang; None where people met by a link."""
    participants: tuple[str, ...]
    """Their names, the caller's first."""
    participant_ids: tuple[str, ...]
    started_at: datetime
    answered_at: datetime | None
    """When there were two in it; None when that never happened."""
    ended_at: datetime
    reason: str
    """An EndReason."""

    @property
    def duration(self) -> timedelta:
        """How long they talked; zero when nobody answered."""
        return self.ended_at - self.answered_at if self.answered_at else timedelta()


def past_call(ended: EndedCall) -> PastCall:
    """What is kept of a call. Its id is the same each time, and does not tell the room's code, a secret."""
    room = ended.room
    digest = hashlib.sha256(f"{room.code} {ended.ended_at}".encode()).hexdigest()
    return PastCall(
        id=digest[:32],
        caller=room.attended[0].name if room.call else None,
        participants=tuple(person.name for person in room.attended),
        participant_ids=tuple(person.id for person in room.attended),
        started_at=_utc(room.opened_at),
        answered_at=_utc(room.started_at) if room.started_at else None,
        ended_at=_utc(ended.ended_at),
        reason=ended.reason.value,
    )


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class _UtcTime(TypeDecorator[datetime]):
    """A time in UTC, also in databases that forget the zone, as SQLite does."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value else None


_metadata = MetaData()
_calls = Table(
    "calls",
    _metadata,
    Column("id", String(32), primary_key=True),
    Column("caller", String(40)),
    Column("participants", JSON, nullable=False),
    Column("participant_ids", JSON, nullable=False),
    Column("started_at", _UtcTime, nullable=False, index=True),
    Column("answered_at", _UtcTime),
    Column("ended_at", _UtcTime, nullable=False),
    Column("reason", String(24), nullable=False),
)


class History:
    """The past calls of this server. Every method may be called from any thread."""

    def __init__(self, url: str) -> None:
        """Open the database, and make the table on first use. Raises SettingsError when it cannot be opened."""
        try:
            self._engine = _engine(make_url(url))
            _metadata.create_all(self._engine)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise SettingsError(f"PARLEY_DATABASE_URL: this is no address of a database ({error}).") from None
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", error)
            raise SettingsError(f"PARLEY_DATABASE_URL: the database cannot be opened ({cause}).") from None

    def add(self, call: PastCall) -> None:
        """Keep a call; one that is kept already stays as it is."""
        values = {name: getattr(call, name) for name in _calls.columns.keys()}  # noqa: SIM118
        try:
            with self._engine.begin() as connection:
                connection.execute(_calls.insert().values(**values))
        except IntegrityError:
            return

    def recent(self, limit: int = 100) -> tuple[PastCall, ...]:
        """The last calls, newest first."""
        return self._read(_calls.select().order_by(_calls.c.started_at.desc()).limit(limit))

    def between(self, start: datetime, end: datetime) -> tuple[PastCall, ...]:
        """The calls that began from `start` on and before `end`, newest first."""
        within = select(_calls).where(_calls.c.started_at >= start, _calls.c.started_at < end)
        return self._read(within.order_by(_calls.c.started_at.desc()))

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self._engine.dispose()

    def _read(self, statement: Any) -> tuple[PastCall, ...]:
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
        return tuple(_call(dict(row)) for row in rows)


def _call(row: dict[str, Any]) -> PastCall:
    return PastCall(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if url.database in (None, "", ":memory:"):
        return create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def write_ahead(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")

    return engine

"""What the database holds. Its shape is changed by a migration (calls/migrations), and here."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC without its zone: SQLite has none."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: sa.Dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _: sa.Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime, str: sa.String(255)}  # noqa: RUF012


class Call(Base):
    """One call that is over. `PastCall` has what the columns mean."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    caller: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]
    reason: Mapped[str]
    began: Mapped[int] = mapped_column(sa.BigInteger, index=True, server_default="0")
    """`started_at` in whole seconds since the epoch: databases differ in how they reckon with dates, not in numbers."""
    talked: Mapped[float | None]
    """Seconds from `answered_at` to `ended_at`; None where nobody answered."""
    people: Mapped[list["Person"]] = relationship(order_by="Person.place", lazy="selectin")


class Person(Base):
    """One who rang, was rung or came in, in that order."""

    __tablename__ = "call_participants"

    call_id: Mapped[str] = mapped_column(sa.ForeignKey("calls.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    participant_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]

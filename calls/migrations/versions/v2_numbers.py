"""When a call began and how long people talked, as numbers, so that any database can count and add them up."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "v2"
down_revision = "v1"

calls = sa.table(
    "calls",
    sa.column("id", sa.String),
    sa.column("started_at", sa.DateTime),
    sa.column("answered_at", sa.DateTime),
    sa.column("ended_at", sa.DateTime),
    sa.column("began", sa.BigInteger),
    sa.column("talked", sa.Double),
)


def upgrade() -> None:
    op.add_column("calls", sa.Column("began", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("calls", sa.Column("talked", sa.Double))
    op.create_index("ix_calls_began", "calls", ["began"])
    connection, c = op.get_bind(), calls.c
    known = connection.execute(sa.select(c.id, c.started_at, c.answered_at, c.ended_at)).all()
    rows = [_numbers(*each) for each in known]
    if rows:
        change = (
            sa.update(calls)
            .where(c.id == sa.bindparam("call"))
            .values(began=sa.bindparam("b"), talked=sa.bindparam("t"))
        )
        connection.execute(change, rows)


def _numbers(call: str, started: datetime, answered: datetime | None, ended: datetime) -> dict[str, object]:
    talked = (ended - answered).total_seconds() if answered else None
    return {"call": call, "b": int(started.replace(tzinfo=UTC).timestamp()), "t": talked}

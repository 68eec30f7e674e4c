"""Calls that are over, and who was in them. Databases from before the first migration are like this, too."""

import sqlalchemy as sa
from alembic import op

revision = "v1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("caller", sa.String(255)),
        sa.Column("started_at", sa.DateTime, nullable=False, index=True),
        sa.Column("answered_at", sa.DateTime),
        sa.Column("ended_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
    )
    op.create_table(
        "call_participants",
        sa.Column("call_id", sa.String(32), sa.ForeignKey("calls.id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("participant_id", sa.String(255), nullable=False, index=True),
        sa.Column("name", sa.String(255), nullable=False),
    )

"""The database: opened, brought up to date without loss, or named as what is wrong."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from calls.database import open_database
from calls.errors import SettingsError, StorageError
from calls.history import History
from calls.tables import Base

BEFORE = """
CREATE TABLE calls (
    id VARCHAR(32) NOT NULL, caller VARCHAR(255), started_at DATETIME NOT NULL, answered_at DATETIME,
    ended_at DATETIME NOT NULL, reason VARCHAR(255) NOT NULL, PRIMARY KEY (id)
);
CREATE INDEX ix_calls_started_at ON calls (started_at);
CREATE TABLE call_participants (
    call_id VARCHAR(32) NOT NULL, place INTEGER NOT NULL, participant_id VARCHAR(255) NOT NULL,
    name VARCHAR(255) NOT NULL, PRIMARY KEY (call_id, place), FOREIGN KEY(call_id) REFERENCES calls (id)
);
CREATE INDEX ix_call_participants_participant_id ON call_participants (participant_id);
INSERT INTO calls VALUES ('one', 'Ada', '2026-03-01 12:00:00.250000', '2026-03-01 12:00:05.000000',
                          '2026-03-01 12:01:35.500000', 'hangup');
INSERT INTO calls VALUES ('two', NULL, '2026-03-02 12:00:00.000000', NULL, '2026-03-02 12:00:30.000000', 'no_answer');
INSERT INTO call_participants VALUES ('one', 0, 'a1', 'Ada'), ('one', 1, 'b2', 'Zoë 🎈');
"""
"""A database as it was made before there were migrations."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database from before there were migrations."""
    path = tmp_path / "history.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(BEFORE)
    return path


def columns(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {row[1] for row in connection.execute("PRAGMA table_info(calls)")}


@pytest.mark.parametrize("times", [1, 2])
def test_a_database_from_before_is_taken_over(file: Path, times: int) -> None:
    """Every call is still there, as it was, and counts in the sums; a second start changes nothing."""
    for _ in range(times):
        with closing(History(f"sqlite:///{file}")) as history:
            two, one = history.recent()
            found = history.summary(one.started_at.date(), two.started_at.date(), UTC)
    assert (one.id, one.caller, one.participants) == ("one", "Ada", ("Ada", "Zoë 🎈"))
    assert one.started_at == datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
    assert one.duration == timedelta(seconds=90.5)
    assert (two.answered_at, two.reason) == (None, "no_answer")
    assert (found.calls, found.answered, found.talked, sum(found.hours)) == (2, 1, 90.5, 2)


def test_the_tables_are_what_the_migrations_make() -> None:
    """Whoever changes a table writes the migration, too."""
    engine = open_database("sqlite://")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_migration_that_is_broken_off_changes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is done whole or not at all, and the next start does it."""
    before = columns(file)
    with monkeypatch.context() as patched:
        patched.setattr(op, "create_index", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            open_database(f"sqlite:///{file}")
    assert columns(file) == before
    with closing(History(f"sqlite:///{file}")) as history:
        assert history.count() == 2
    assert columns(file) == before | {"began", "talked"}


def test_the_database_of_a_newer_parley_stays_as_it_is(file: Path) -> None:
    """An older server does not guess what is in it: it does not start, and says which version it does not know."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('v99')"
        )
    with pytest.raises(SettingsError, match="v99"):
        open_database(f"sqlite:///{file}")


def test_what_cannot_be_read_is_an_error_of_ours(file: Path) -> None:
    """In words for a person; SQL, table and driver are for the log."""
    with closing(History(f"sqlite:///{file}")) as history, closing(sqlite3.connect(file)) as connection:
        connection.executescript("DROP TABLE call_participants; DROP TABLE calls")
        for read in (history.recent, history.count, lambda: history.summary(date(2026, 1, 1), date(2026, 1, 2), UTC)):
            with pytest.raises(StorageError, match="The past calls cannot be read just now") as caught:
                read()
            assert not {"SELECT", "table", "sqlite"} & set(str(caught.value).split())


def no_database(folder: Path) -> str:
    (folder / "text").write_text("This is no database, however long one reads it. " * 50)
    return f"sqlite:///{folder / 'text'}"


@pytest.mark.parametrize(
    "make",
    [
        lambda _: "",
        lambda _: "history.sqlite3",
        lambda _: "postgres://me:hunter2@host/parley",
        lambda _: "postgresql+nothing://me:hunter2@host/parley",
        lambda _: "postgresql://me:hunter2@host:hunter2/parley",
        lambda folder: f"sqlite:///{folder / 'missing' / 'history.sqlite3'}",
        lambda folder: f"sqlite:///{folder}",
        no_database,
    ],
)
def test_a_database_that_cannot_be_used_is_named_at_once(make: Callable[[Path], str], tmp_path: Path) -> None:
    """A wrong URL stops the start with the variable and the fix, and never repeats a password."""
    with pytest.raises(SettingsError, match=r"PARLEY_DATABASE_URL .*such as sqlite:///parley\.sqlite3") as caught:
        open_database(make(tmp_path))
    assert "hunter2" not in str(caught.value)

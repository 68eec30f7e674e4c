"""The writer: whoever has something to keep does not wait for the database, and loses nothing by that."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from calls import limits, writer
from calls.database import open_database
from calls.tables import Person
from calls.writer import Job, Writer

WITHIN = 30.0  # seconds that a condition may take on a busy machine


class Book:
    """A database file, one writer, and what has been written."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.told: list[str] = []
        self.news = threading.Condition()
        self.engine = open_database(f"sqlite:///{file}")
        self.writer = Writer(self.engine, self._tell)

    def _tell(self) -> None:
        with self.news:
            self.told.append("trouble" if self.writer.backlog else "well")
            self.news.notify_all()

    def hears(self, *told: str) -> None:
        """Wait until people have been told so."""
        with self.news:
            assert self.news.wait_for(lambda: self.told == list(told), WITHIN), self.told

    @property
    def pages(self) -> list[int]:
        with self.engine.connect() as connection:
            return list(connection.scalars(sa.select(Person.place).order_by(sa.text("rowid"))))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else writes, for as long as this lasts."""
        other = sqlite3.connect(self.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.rollback()
            other.close()


def page(number: int) -> Job:
    """Something to write."""

    def write(session: Session) -> None:
        session.add(Person(call_id="call", place=number, participant_id="a1", name="Ada"))

    return write


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """A writer that tells at once that it cannot write, and tries again soon."""
    monkeypatch.setattr(writer, "TELL_AFTER", 0.0)
    monkeypatch.setattr(writer, "LONGEST_PAUSE", 0.2)
    monkeypatch.setattr("calls.database.PATIENCE", 0.1)
    made = Book(tmp_path / "book.sqlite3")
    yield made
    made.writer.close()
    made.engine.dispose()


def test_who_writes_does_not_wait_for_a_locked_database(book: Book) -> None:
    """Everything is taken while nothing can be written, and is there, in its order, once it can."""
    with book.locked():
        for number in (2, 1, 3):
            book.writer.put(page(number))
        book.hears("trouble")
        backlog = book.writer.backlog
        assert backlog is not None
        assert (backlog.waiting, backlog.lost, book.pages) == (3, 0, [])
    book.hears("trouble", "well")
    book.writer.settle()
    assert book.pages == [2, 1, 3]
    assert book.writer.backlog is None


def test_who_reads_does_not_wait_where_the_database_is_locked(book: Book) -> None:
    """What was put before is awaited, but only from a database that can be written."""
    reading = threading.Thread(target=book.writer.settle, daemon=True)
    with book.locked():
        book.writer.put(page(1))
        book.hears("trouble")
        reading.start()
        reading.join(WITHIN)
        assert not reading.is_alive()
        assert book.pages == []


def test_what_finds_no_place_is_lost_and_counted(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones are kept: whatever waits stays."""
    monkeypatch.setattr(limits, "WRITES", 3)
    with book.locked():
        for number in range(5):
            book.writer.put(page(number))
        book.hears("trouble")
        backlog = book.writer.backlog
        assert backlog is not None
        assert (backlog.waiting, backlog.lost) == (3, 2)
    book.hears("trouble", "well")
    book.writer.settle()
    assert book.pages == [0, 1, 2]


def test_one_that_is_wrong_by_itself_does_not_hold_up_the_others(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    """It is dropped with a line in the log: no later attempt would do better."""

    def wrong(_: Session) -> None:
        raise ZeroDivisionError("wrong by itself")

    for job in (page(1), page(1), wrong, page(2)):
        book.writer.put(job)
    book.writer.settle()
    assert book.pages == [1, 2]
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        "The database refused an entry; it is lost",
        "An entry could not be made; it is lost",
    ]


def test_a_stop_waits_for_what_can_be_written(book: Book) -> None:
    """What waits when the server stops is written, also when the database can be written only then."""
    locked, stopped = book.locked(), threading.Thread(target=book.writer.close, args=(WITHIN,))
    with locked:
        book.writer.put(page(1))
        book.writer.put(page(2))
        book.hears("trouble")
        stopped.start()
    stopped.join(WITHIN)
    assert book.pages == [1, 2]


def test_a_stop_does_not_wait_for_ever(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    """A database that stays locked does not keep the server from stopping, which says what is lost."""
    with book.locked():
        book.writer.put(page(1))
        book.writer.put(page(2))
        book.writer.close(0.0)
        assert "The database could not be written: 2 entries are lost" in caplog.messages
    assert not book.writer._thread.is_alive()


def test_the_log_does_not_repeat_itself(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    """One line when it begins, and one when it is over, however many attempts there were."""
    tries = 0

    def failing(session: Session) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            session.execute(sa.text("SELECT * FROM missing"))

    book.writer.put(failing)
    book.hears("trouble", "well")
    assert [line.partition(" (")[0] for line in caplog.messages] == [
        "The database cannot be written",
        "The database is written again; 0 entries found no place meanwhile",
    ]

"""The history: what is kept of a call, and that it is found again."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from calls.history import History, PastCall, past_call
from calls.rooms import Call, EndedCall, Message, Participant, Room
from calls.states import EndReason
from tests.people import date

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALICE, BOB = Participant("a1", "Alice", 0), Participant("b2", "Bob", 0)
RUNG = Room("code-code-code", 1000.0, Call("a1", "b2", 1030.0), ("a1", "b2"), 1010.25, attended=(ALICE, BOB))


def call(number: int = 0, start: datetime = NOON, who: tuple[str, ...] = ("a1", "b2")) -> PastCall:
    """A call that was answered after a second and went on for a minute."""
    answered = start + timedelta(seconds=1)
    names = tuple(f"Person {id_}" for id_ in who)
    return PastCall(
        f"call{number}", names[0], names, who, start, answered, answered + timedelta(minutes=1), EndReason.HANGUP
    )


@pytest.fixture(params=["sqlite:///{}/history.sqlite3", "sqlite:///:memory:", "sqlite://"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.param).format(tmp_path)


@pytest.fixture
def history(url: str) -> Iterator[History]:
    opened = History(url)
    yield opened
    opened.close()


def test_an_answered_call_is_kept_with_names_and_times() -> None:
    """Who rang, who was in it, when it rang, was answered and ended, and why."""
    past = past_call(EndedCall(RUNG, EndReason.HANGUP, 1070.25), date)
    assert (past.caller, past.participants, past.participant_ids) == ("Alice", ("Alice", "Bob"), ("a1", "b2"))
    assert past.started_at == datetime(1970, 1, 1, 0, 16, 40, tzinfo=UTC)
    assert past.answered_at == past.started_at + timedelta(seconds=10.25)
    assert past.duration == timedelta(minutes=1)
    assert past.reason == "hangup"


def test_an_unanswered_call_has_no_duration() -> None:
    """Ringing is not talking."""
    past = past_call(EndedCall(replace(RUNG, started_at=None), EndReason.NO_ANSWER, 1030.0), date)
    assert past.answered_at is None
    assert past.duration == timedelta()


def test_a_room_by_link_has_no_caller() -> None:
    """Nobody rang: people met."""
    assert past_call(EndedCall(replace(RUNG, call=None), EndReason.HANGUP, 1070.0), date).caller is None


def test_the_id_belongs_to_the_call() -> None:
    """The same call has the same id each time; another call in a room of the same code has another."""
    ended = EndedCall(RUNG, EndReason.HANGUP, 1070.0)
    assert past_call(ended, date).id == past_call(replace(ended), date).id
    assert past_call(ended, date).id != past_call(replace(ended, ended_at=1071.0), date).id


def test_neither_the_code_nor_the_chat_is_kept() -> None:
    """A room's code lets people in, and what they wrote is theirs: nothing of either reaches the database."""
    room = replace(RUNG, messages=(Message("a1", "Alice", "the password is north", 1020.0),))
    kept = repr(past_call(EndedCall(room, EndReason.HANGUP, 1070.0), date))
    assert RUNG.code not in kept
    assert "north" not in kept


def test_what_is_added_comes_back_the_same(history: History) -> None:
    """Every field survives, to the microsecond, in order, with people of one name and with any letters."""
    odd = replace(call(), participants=("Zoë 🎈", "Zoë 🎈"), caller=None, answered_at=None)
    odd = replace(odd, started_at=NOON + timedelta(microseconds=1))
    history.add(odd)
    assert history.recent() == [odd]


def test_adding_twice_keeps_one(history: History) -> None:
    """A call is told of by several threads and is in the history once, as it first was."""
    history.add(call())
    history.add(replace(call(), reason="busy"))
    assert history.recent() == [call()]


def test_recent_calls_come_newest_first(history: History) -> None:
    """The last ones up to the limit, whatever order they were added in."""
    calls = [call(n, NOON + timedelta(minutes=n)) for n in range(5)]
    for one in (calls[3], calls[0], calls[4], calls[1], calls[2]):
        history.add(one)
    assert history.recent(limit=3) == [calls[4], calls[3], calls[2]]


def test_recent_calls_of_one_person(history: History) -> None:
    """Only the calls that this participant was in, each with everybody who was."""
    with_carol = call(1, who=("c3", "a1", "b2"))
    history.add(call(0))
    history.add(with_carol)
    assert history.recent(participant_id="c3") == [with_carol]
    assert len(history.recent(participant_id="a1")) == 2
    assert history.recent(participant_id="nobody") == []


def test_calls_are_turned_over_in_pages(history: History) -> None:
    """Each call is on one page, and their number is known beforehand: of all, and of one person."""
    calls = [call(n, NOON + timedelta(minutes=n), who=("a1", "b2") if n % 2 else ("a1", "c3")) for n in range(5)]
    for one in calls:
        history.add(one)
    pages = [history.recent(2, skip=skip) for skip in (0, 2, 4, 6)]
    assert [one for page in pages for one in page] == calls[::-1]
    assert (history.count(), history.count("b2"), history.count("nobody")) == (5, 2, 0)


def test_times_of_any_zone_mean_the_same_moment(history: History) -> None:
    """They come back in UTC, whatever zone they were said in."""
    tokyo = replace(call(), started_at=NOON.astimezone(timezone(timedelta(hours=9))))
    history.add(tokyo)
    (found,) = history.recent()
    assert found == tokyo
    assert found.started_at.tzinfo is UTC


def test_many_threads_may_use_it_at_once(history: History) -> None:
    """Sessions write and read at the same time: nothing fails, is lost or is doubled."""

    def work(number: int) -> None:
        history.add(call(number % 40))
        history.recent(limit=5)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(80)))
    assert len(history.recent()) == 40


def test_it_is_still_there_after_a_restart(tmp_path: Path) -> None:
    """A file outlives the server that wrote it, and its readers do not wait for its writer."""
    url = f"sqlite:///{tmp_path / 'history.sqlite3'}"
    for number in range(2):
        opened = History(url)
        opened.add(call(number))
        opened.close()
    again = History(url)
    assert len(again.recent()) == 2
    with again._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    again.close()


def test_the_database_holds_no_codes(tmp_path: Path) -> None:
    """What lies on the disk has no column for a room's code."""
    file = tmp_path / "history.sqlite3"
    opened = History(f"sqlite:///{file}")
    opened.add(past_call(EndedCall(RUNG, EndReason.HANGUP, 1070.0), date))
    opened.close()
    connection = sqlite3.connect(file)
    assert "code" not in "".join(connection.iterdump())
    connection.close()

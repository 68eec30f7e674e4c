"""The history: what is kept of a call, and that it is found again."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.errors import SettingsError
from calls.history import History, PastCall, past_call
from calls.rooms import Call, EndedCall, Message, Participant, Room
from calls.states import EndReason

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
    past = past_call(EndedCall(RUNG, EndReason.HANGUP, 1070.25))
    assert (past.caller, past.participants, past.participant_ids) == ("Alice", ("Alice", "Bob"), ("a1", "b2"))
    assert past.started_at == datetime(1970, 1, 1, 0, 16, 40, tzinfo=UTC)
    assert past.answered_at == past.started_at + timedelta(seconds=10.25)
    assert past.duration == timedelta(minutes=1)
    assert past.reason == "hangup"


def test_an_unanswered_call_has_no_duration() -> None:
    """Ringing is not talking."""
    past = past_call(EndedCall(replace(RUNG, started_at=None), EndReason.NO_ANSWER, 1030.0))
    assert past.answered_at is None
    assert past.duration == timedelta()


def test_a_room_by_link_has_no_caller() -> None:
    """Nobody rang: people met."""
    assert past_call(EndedCall(replace(RUNG, call=None), EndReason.HANGUP, 1070.0)).caller is None


def test_the_id_belongs_to_the_call() -> None:
    """The same call has the same id each time; another call in a room of the same code has another."""
    ended = EndedCall(RUNG, EndReason.HANGUP, 1070.0)
    assert past_call(ended).id == past_call(replace(ended)).id
    assert past_call(ended).id != past_call(replace(ended, ended_at=1071.0)).id


def test_neither_the_code_nor_the_chat_is_kept() -> None:
    """A room's code lets people in, and what they wrote is theirs: nothing of either reaches the database."""
    room = replace(RUNG, messages=(Message("a1", "Alice", "the password is north", 1020.0),))
    kept = repr(past_call(EndedCall(room, EndReason.HANGUP, 1070.0)))
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


def test_between_includes_the_start_and_not_the_end(history: History) -> None:
    """Two periods that meet share no call and lose none."""
    calls = [call(n, NOON + timedelta(hours=n)) for n in range(3)]
    for one in calls:
        history.add(one)
    assert history.between(NOON, NOON + timedelta(hours=2)) == [calls[1], calls[0]]


def test_times_of_any_zone_mean_the_same_moment(history: History) -> None:
    """Calls are found by the moment they began, in whatever zone it is said, and come back in UTC."""
    tokyo = replace(call(), started_at=NOON.astimezone(timezone(timedelta(hours=9))))
    history.add(tokyo)
    new_york = NOON.astimezone(ZoneInfo("America/New_York"))
    (found,) = history.between(new_york, new_york + timedelta(seconds=1))
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
        History(make(tmp_path))
    assert "hunter2" not in str(caught.value)


def test_the_database_holds_no_codes(tmp_path: Path) -> None:
    """What lies on the disk has no column for a room's code."""
    file = tmp_path / "history.sqlite3"
    opened = History(f"sqlite:///{file}")
    opened.add(past_call(EndedCall(RUNG, EndReason.HANGUP, 1070.0)))
    opened.close()
    connection = sqlite3.connect(file)
    assert "code" not in "".join(connection.iterdump())
    connection.close()

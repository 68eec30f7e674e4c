"""The list of past calls."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.history import History, PastCall
from calls.states import EndReason
from calls.writer import Backlog
from components import history
from components.services import Services
from tests.pages.visitor import Visitor
from tests.people import Person, connect

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def call(number: int, *, caller: str | None = "Ada", reason: str = EndReason.HANGUP, seconds: int = 65) -> PastCall:
    """A call of Ada and Bob, an hour after the one before; nobody answered where it was not talked."""
    start = NOON + timedelta(hours=number)
    return PastCall(
        f"call{number}",
        caller,
        ("Ada", "*Bob*"),
        ("a1", "b2"),
        start,
        start if seconds else None,
        start + timedelta(seconds=seconds),
        reason,
    )


def test_an_empty_history_says_what_will_be_there(visitor: Visitor) -> None:
    """No table without rows."""
    visitor.goes_to("history")
    assert visitor.titles == ["History"]
    assert any("No calls yet" in text for text in visitor.reads)
    assert visitor.rows == []


def test_past_calls_are_listed_newest_first(services: Services) -> None:
    """When, who, how long and why it ended; names are cells of a table, so nothing in them is markup."""
    services.history.add(call(0))
    services.history.add(call(1, reason=EndReason.NO_ANSWER, seconds=0))
    services.history.add(call(2, caller=None, seconds=3_700))
    visitor = Visitor.opens()
    visitor.goes_to("history")
    assert [list(row.values()) for row in visitor.rows] == [
        ["2026-03-01 14:00", "Ada, *Bob* met by a link", "1:01:40", "Call ended"],
        ["2026-03-01 13:00", "Ada called *Bob*", "", "No answer"],
        ["2026-03-01 12:00", "Ada called *Bob*", "1:05", "Call ended"],
    ]
    assert list(visitor.rows[0]) == ["When", "Who", "Talked", "Ended"]


def test_times_are_those_of_the_person(services: Services) -> None:
    """As the browser says: the same call began in the evening in Tokyo."""
    services.history.add(call(0))
    visitor = Visitor.opens(timezone="Asia/Tokyo")
    visitor.goes_to("history")
    assert [row["When"] for row in visitor.rows] == ["2026-03-01 21:00"]


@pytest.mark.parametrize("timezone", ["Etc/Unknown", "Mars/Olympus"])
def test_a_zone_that_is_not_known_is_no_error(services: Services, timezone: str) -> None:
    """Chromium says Etc/Unknown where it cannot tell: the times are in UTC then."""
    services.history.add(call(0))
    visitor = Visitor.opens(timezone=timezone)
    visitor.goes_to("history")
    assert [row["When"] for row in visitor.rows] == ["2026-03-01 12:00"]


def test_one_may_see_only_the_own_calls(services: Services, ada: Visitor, bob: Person) -> None:
    """Those that this person took part in, and not those of others with the same name."""
    services.history.add(call(0))
    ada.looks_again()
    ada.calls(bob)
    bob.puts_down(bob.me.room or "")
    ada.goes_to("history")
    assert len(ada.rows) == 2
    ada.page.toggle(key="only-mine").set_value(True)
    ada.looks_again()
    assert [row["Ended"] for row in ada.rows] == ["Declined"]


def test_without_own_calls_it_says_whose_there_are(services: Services, ada: Visitor) -> None:
    """The list is empty for who took part in none, and says how to see the others'."""
    services.history.add(call(0))
    ada.goes_to("history")
    ada.page.toggle(key="only-mine").set_value(True)
    ada.looks_again()
    assert ada.rows == []
    assert any("Turn this off to see everybody's" in line for line in ada.reads)


def test_a_visitor_has_no_calls_to_choose(services: Services) -> None:
    """Who has not entered took part in none."""
    visitor = Visitor.opens()
    visitor.goes_to("history")
    assert visitor.page.toggle(key="only-mine").disabled


def test_a_call_is_in_the_history_when_it_is_over(services: Services, visitor: Visitor, bob: Person) -> None:
    """Not before, and once."""
    eve = Person.enters(services.registry, "Eve")
    code = connect(eve, bob)
    visitor.goes_to("history")
    assert visitor.rows == []
    bob.puts_down(code)
    visitor.looks_again()
    assert [row["Who"] for row in visitor.rows] == ["Eve called Bob"]


def test_a_long_history_is_turned_over_in_pages(services: Services) -> None:
    """A page has so many rows whatever the history holds, and a hundred of them are drawn at once."""
    for number in range(history.PAGE + 2):
        services.history.add(call(number))
    visitor = Visitor.opens()
    visitor.goes_to("history")
    assert len(visitor.rows) == history.PAGE
    [pages] = visitor.page.pagination
    pages.set_value(2)
    visitor.looks_again()
    assert [row["When"] for row in visitor.rows] == ["2026-03-01 13:00", "2026-03-01 12:00"]


@pytest.mark.parametrize("page", ["history", "dashboard"])
def test_a_database_that_fails_is_told_in_words(services: Services, visitor: Visitor, page: str) -> None:
    """The rest of the page is there; nothing of the database's own words is."""
    with services.history._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE calls")
    visitor.goes_to(page)
    assert [error.value for error in visitor.page.error] == [
        "The past calls cannot be read just now. Try again in a minute."
    ]


@pytest.mark.parametrize("page", ["history", "dashboard"])
def test_what_waits_for_the_database_is_told(
    services: Services, visitor: Visitor, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For how long, and how much: it is not lost."""
    monkeypatch.setattr(History, "backlog", Backlog(waiting=2, lost=1, seconds=65))
    visitor.goes_to(page)
    assert [warning.value for warning in visitor.page.warning] == [
        "The database has not been writable for 1:05. 2 entries wait for it: they are kept, and are missing below. "
        "More than the server can keep are lost: 1 so far."
    ]

"""The dashboard: what goes on now, and what went on before."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.history import PastCall
from calls.registry import Registry
from calls.states import EndReason
from components.services import Services
from tests.pages.visitor import Visitor
from tests.people import Person, connect


@pytest.fixture
def visitor(services: Services) -> Visitor:
    """Somebody who looks at the dashboard."""
    opened = Visitor.opens()
    opened.goes_to("dashboard")
    return opened


def call(number: int, days_ago: float, *, answered: bool = True) -> PastCall:
    """A call of a minute and a half."""
    start = datetime.now(UTC) - timedelta(days=days_ago)
    return PastCall(
        f"call{number}",
        "Ada",
        ("Ada", "Bob"),
        ("a1", "b2"),
        start,
        start if answered else None,
        start + timedelta(seconds=90),
        EndReason.HANGUP if answered else EndReason.NO_ANSWER,
    )


def charts(visitor: Visitor) -> int:
    return len(visitor.page.get("vega_lite_chart"))


def test_an_empty_dashboard_says_so(visitor: Visitor) -> None:
    """Zeros, and in words what will appear; no chart without a bar."""
    assert visitor.titles == ["Dashboard", "Past calls"]
    assert visitor.numbers == {"People": "0", "Rooms": "0", "Ringing": "0"}
    assert any("Nobody is here" in text for text in visitor.reads)
    assert any("No calls in this time" in text for text in visitor.reads)
    assert (visitor.rows, charts(visitor)) == ([], 0)


def test_people_calls_and_rooms_are_counted(visitor: Visitor, registry: Registry) -> None:
    """A call that rings is no room yet; each person stands with status and company, those in calls first."""
    names = ["Alice", "bob", "*Carol*", "Dave", "Eve", "Frank"]
    alice, bob, carol, dave, eve, frank = (Person.enters(registry, name) for name in names)
    connect(alice, bob)
    carol.calls(dave)
    eve.opens_room()
    registry.detach(frank.seat)
    visitor.looks_again()
    assert visitor.numbers == {"People": "6", "Rooms": "2", "Ringing": "1"}
    assert [(row["Name"], row["Status"], row["With"]) for row in visitor.rows] == [
        ("*Carol*", "Calling", "Dave"),
        ("Alice", "In a call", "bob"),
        ("bob", "In a call", "Alice"),
        ("Dave", "Ringing", "*Carol*"),
        ("Eve", "In a call", ""),
        ("Frank", "Reconnecting", ""),
    ]


def test_a_room_code_is_not_shown(visitor: Visitor, registry: Registry) -> None:
    """It lets in whoever knows it, and anybody can look at the dashboard."""
    code = Person.enters(registry, "Alice").opens_room()
    visitor.looks_again()
    assert code not in str([visitor.rows, visitor.reads, visitor.drawn])


def test_past_calls_are_added_up(services: Services, visitor: Visitor) -> None:
    """How many, how many of them answered, how long they talked; and four charts."""
    for number, answered in enumerate([True, True, True, False]):
        services.history.add(call(number, days_ago=0.1, answered=answered))
    visitor.looks_again()
    assert {name: visitor.numbers[name] for name in ("Calls", "Answered", "Talked")} == {
        "Calls": "4",
        "Answered": "75%",
        "Talked": "4:30",
    }
    assert charts(visitor) == 4


@pytest.mark.parametrize(("name", "count"), [("7 days", 1), ("30 days", 2), ("90 days", 3), ("1 year", 4)])
def test_the_time_range_can_be_chosen(services: Services, visitor: Visitor, name: str, count: int) -> None:
    """Older calls than that are left out."""
    for number, days_ago in enumerate([6, 29, 89, 363, 366]):
        services.history.add(call(number, days_ago))
    visitor.page.segmented_control(key="range").set_value(name)
    visitor.looks_again()
    assert visitor.numbers["Calls"] == str(count)

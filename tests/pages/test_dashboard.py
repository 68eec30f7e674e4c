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
    assert visitor.has("parley_live")
    assert any("No calls in this time" in text for text in visitor.reads)
    assert (visitor.rows, charts(visitor)) == ([], 0)


def test_what_goes_on_comes_with_a_run_where_nothing_is_pushed(visitor: Visitor, registry: Registry) -> None:
    """Also to a visitor who is nobody; other pages are not told of it."""
    connect(Person.enters(registry, "Alice"), Person.enters(registry, "Bob"))
    visitor.loses_the_line()
    [told] = visitor.hears("live")
    assert [(person["name"], person["company"]) for person in told["people"]] == [
        ("Alice", ["Bob"]),
        ("Bob", ["Alice"]),
    ]
    visitor.goes_to("lobby")
    assert visitor.data("parley_doorbell")["messages"] == []


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

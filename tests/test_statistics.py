"""Statistics: counts that add up, in the reader's time zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.history import PastCall
from calls.statistics import busiest_hours, calls_per_day, durations, endings

BERLIN = ZoneInfo("Europe/Berlin")


def call(start: datetime, length: timedelta | None = None, reason: str = "hangup") -> PastCall:
    """A call that was answered at once and lasted so long, or was not answered at all."""
    answered = None if length is None else start
    return PastCall("id", None, (), (), start, answered, start + (length or timedelta()), reason)


days = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
lengths = st.none() | st.timedeltas(timedelta(), timedelta(hours=3))
some_calls = st.lists(st.builds(call, days, lengths, st.sampled_from(["hangup", "busy", "declined"])))


@given(calls=some_calls)
def test_every_call_is_counted_once(calls: list[PastCall]) -> None:
    """Each chart shows all calls; durations those that were answered."""
    assert sum(calls_per_day(calls, BERLIN).values()) == len(calls)
    assert sum(busiest_hours(calls, BERLIN)) == len(calls)
    assert sum(endings(calls).values()) == len(calls)
    assert sum(durations(calls).values()) == sum(call.answered_at is not None for call in calls)


@given(calls=some_calls)
def test_no_day_is_left_out(calls: list[PastCall]) -> None:
    """Quiet days between busy ones are there with 0, in order, so that an axis tells the truth."""
    shown = list(calls_per_day(calls, BERLIN))
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(shown))


def test_days_are_those_of_the_reader() -> None:
    """A call late in the evening in UTC is tomorrow's in Berlin; a night without an hour skips no day."""
    calls = [call(datetime(2026, 3, 28, 23, 30, tzinfo=UTC)), call(datetime(2026, 3, 30, 21, 59, tzinfo=UTC))]
    assert calls_per_day(calls, BERLIN) == {date(2026, 3, 29): 1, date(2026, 3, 30): 1}
    assert list(calls_per_day(calls, UTC)) == [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]


def test_hours_are_those_of_the_reader() -> None:
    """23:30 in UTC is half past midnight in Berlin's winter, and half past one in its summer."""
    winter, summer = datetime(2026, 1, 1, 23, 30, tzinfo=UTC), datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    hours = busiest_hours([call(winter), call(summer)], BERLIN)
    assert len(hours) == 24
    assert (hours[0], hours[1]) == (1, 1)
    assert busiest_hours([call(winter)], UTC)[23] == 1


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        (-1, "under 1 min"),
        (0, "under 1 min"),
        (59.9, "under 1 min"),
        (60, "1-5 min"),
        (300, "5-15 min"),
        (900, "15-30 min"),
        (1800, "30-60 min"),
        (3600, "1 h or more"),
        (90000, "1 h or more"),
    ],
)
def test_a_bin_begins_where_its_name_says(seconds: float, name: str) -> None:
    """Every length has one bin, even one that a clock set back made negative."""
    counts = durations([call(datetime(2026, 1, 1, tzinfo=UTC), timedelta(seconds=seconds))])
    assert {bin_: count for bin_, count in counts.items() if count} == {name: 1}
    assert len(counts) == 6


def test_the_most_frequent_ending_comes_first() -> None:
    """Equal ones by name, so that a chart does not jump."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    reasons = ["busy", "declined", "hangup", "hangup"]
    assert list(endings([call(start, reason=reason) for reason in reversed(reasons)])) == ["hangup", "busy", "declined"]


def test_no_calls_make_empty_charts() -> None:
    """A new server has nothing to count, and nothing fails."""
    assert calls_per_day([], UTC) == {}
    assert endings([]) == {}
    assert set(durations([]).values()) == {0}
    assert busiest_hours([], UTC) == [0] * 24

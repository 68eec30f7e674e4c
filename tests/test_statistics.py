"""Statistics: counts that add up, in the reader's time zone."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import statistics
from calls.history import History, PastCall, _row
from calls.statistics import Summary
from calls.tables import Call

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks go by half an hour
APIA = ZoneInfo("Pacific/Apia")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def call(start: datetime, length: timedelta | None = None, reason: str = "hangup", number: int = 0) -> PastCall:
    """A call that was answered at once and lasted so long, or was not answered at all."""
    answered = None if length is None else start
    return PastCall(f"call{number}", None, (), (), start, answered, start + (length or timedelta()), reason)


class Counting:
    """A history that is emptied for each sum: to open one takes longer than to count."""

    def __init__(self, history: History) -> None:
        self.history = history

    def __call__(self, *calls: PastCall, zone: tzinfo = UTC, first: date = FIRST, last: date = LAST) -> Summary:
        """What these calls add up to."""
        with self.history._sessions.begin() as session:
            session.execute(sa.delete(Call))
            session.add_all(_row(replace(each, id=f"call{number}")) for number, each in enumerate(calls))
        with self.history._sessions() as session:
            return statistics.summarize(session, first, last, zone)


@pytest.fixture(scope="module")
def summary() -> Iterator[Counting]:
    with closing(History("sqlite://")) as opened:
        yield Counting(opened)


days = st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30), timezones=st.just(UTC))
lengths = st.none() | st.timedeltas(timedelta(), timedelta(hours=3))
some_calls = st.lists(st.builds(call, days, lengths, st.sampled_from(["hangup", "busy", "declined"])), max_size=20)
zones = st.sampled_from([UTC, BERLIN, LORD_HOWE, APIA, ZoneInfo("America/St_Johns")])


@settings(deadline=None, max_examples=40)
@given(calls=some_calls, zone=zones)
def test_the_database_counts_as_python_does(summary: Counting, calls: list[PastCall], zone: tzinfo) -> None:
    """Days and hours are those on the clocks of the zone, also across a change of its clocks."""
    found = summary(*calls, zone=zone)
    local = [each.started_at.astimezone(zone) for each in calls]
    assert {day: count for day, count in found.per_day.items() if count} == Counter(at.date() for at in local)
    assert {hour: count for hour, count in enumerate(found.hours) if count} == Counter(at.hour for at in local)
    assert found.endings == Counter(each.reason for each in calls)
    assert found.calls == len(calls)
    assert found.answered == sum(found.durations.values()) == sum(each.answered_at is not None for each in calls)
    assert found.talked == pytest.approx(sum(each.duration.total_seconds() for each in calls))
    shown = list(found.per_day)
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(shown))


def test_days_are_those_of_the_reader(summary: Counting) -> None:
    """A call late in the evening in UTC is tomorrow's in Berlin; a night without an hour skips no day."""
    calls = [call(datetime(2026, 3, 28, 23, 30, tzinfo=UTC)), call(datetime(2026, 3, 30, 21, 59, tzinfo=UTC))]
    assert summary(*calls, zone=BERLIN).per_day == {
        date(2026, 3, 29): 1,
        date(2026, 3, 30): 1,
    }
    assert list(summary(*calls).per_day) == [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]


def test_only_the_days_that_were_asked_for_count(summary: Counting) -> None:
    """From the first midnight to the last, on the clocks of the zone: two periods that meet share no call."""
    midnight = datetime(2026, 3, 2, tzinfo=BERLIN)
    calls = [call(midnight - timedelta(seconds=1)), call(midnight), call(midnight + timedelta(hours=24))]
    for first, last, count in ((1, 1, 1), (2, 2, 1), (1, 2, 2), (2, 3, 2), (4, 4, 0)):
        found = summary(*calls, zone=BERLIN, first=date(2026, 3, first), last=date(2026, 3, last))
        assert found.calls == sum(found.hours) == count


def test_hours_are_those_of_the_reader(summary: Counting) -> None:
    """Half past nine in UTC is in the hour from 10 in winter and from 11 in summer."""
    calls = [call(datetime(2026, month, 10, 9, 30, tzinfo=UTC)) for month in (1, 7)]
    hours = summary(*calls, zone=BERLIN).hours
    assert len(hours) == 24
    assert {hour: count for hour, count in enumerate(hours) if count} == {10: 1, 11: 1}


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        (0, "under 1 min"),
        (59.9, "under 1 min"),
        (60, "1-5 min"),
        (299.999, "1-5 min"),
        (300, "5-15 min"),
        (900, "15-30 min"),
        (1_800, "30-60 min"),
        (3_600, "1 h or more"),
        (90_000, "1 h or more"),
        (-5, "under 1 min"),  # the clock of an older server was put back
    ],
)
def test_a_call_of_each_length_has_one_bin(summary: Counting, seconds: float, name: str) -> None:
    """The bins meet without a gap; each begins with its own length."""
    counts = summary(call(NOON, timedelta(seconds=seconds))).durations
    assert {bin_: count for bin_, count in counts.items() if count} == {name: 1}


def test_endings_are_ordered_by_how_many(summary: Counting) -> None:
    """The most frequent reason first; equal ones by name."""
    reasons = ["busy", "hangup", "declined", "hangup", "declined", "cancelled"]
    assert list(summary(*(call(NOON, reason=reason) for reason in reasons)).endings.items()) == [
        ("declined", 2),
        ("hangup", 2),
        ("busy", 1),
        ("cancelled", 1),
    ]


def test_nothing_adds_up_to_nothing(summary: Counting) -> None:
    """An empty history has no days and no reasons, and all bins with 0."""
    found = summary()
    assert (found.calls, found.per_day, found.endings, found.hours) == (0, {}, {}, (0,) * 24)
    assert set(found.durations.values()) == {0}


def test_it_is_counted_once_until_there_are_more_calls() -> None:
    """Every open dashboard asks at every run; the database is asked when it may say something new."""
    with closing(History("sqlite://")) as history:
        history.add(call(NOON, number=1))
        first = history.summary(FIRST, LAST, BERLIN)
        assert history.summary(FIRST, LAST, BERLIN) is first
        assert history.summary(FIRST, LAST, UTC) is not first
        history.add(call(NOON, number=2))
        assert history.summary(FIRST, LAST, BERLIN).calls == 2

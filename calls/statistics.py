"""What past calls add up to, as plain numbers for charts. The database counts, in the reader's time zone."""

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from calls.tables import Call

DURATIONS = {"under 1 min": 0, "1-5 min": 1, "5-15 min": 5, "15-30 min": 15, "30-60 min": 30, "1 h or more": 60}
"""The bins of `Summary.durations`: a name, and the minutes at which it begins."""

T = TypeVar("T")

DAY = 86_400  # seconds
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Summary:
    """The calls of some days."""

    calls: int
    answered: int
    talked: float
    """Seconds, of all calls together."""
    per_day: dict[date, int]
    """How many began on each day, from the first with calls to the last; quiet days count 0."""
    durations: dict[str, int]
    """How many of the answered calls were how long: all bins, shortest first."""
    endings: dict[str, int]
    """How many ended for each reason, most frequent first, then by name."""
    hours: tuple[int, ...]
    """How many began in each hour of the day: 24 counts, from midnight on."""


def summarize(session: Session, first: date, last: date, zone: tzinfo) -> Summary:
    """Count the calls that began on these days of the time zone, both included."""
    start, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    chosen = (Call.began >= start, Call.began < end)
    local = _local(zone, start, end)
    days = _counts(session, local // DAY, *chosen)
    hours = _counts(session, local % DAY // 3_600, *chosen)
    bins = _counts(session, _bin(), *chosen, Call.talked.is_not(None))
    reasons = _counts(session, Call.reason, *chosen)
    totals = sa.select(sa.func.count(), sa.func.count(Call.talked), sa.func.sum(Call.talked)).where(*chosen)
    calls, answered, talked = session.execute(totals).one()
    return Summary(
        calls,
        answered,
        float(talked or 0),
        {EPOCH + timedelta(days=day): days.get(day, 0) for day in _without_gaps(days)},
        {name: bins.get(place, 0) for place, name in enumerate(DURATIONS)},
        dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
        tuple(hours.get(hour, 0) for hour in range(24)),
    )


def _without_gaps(days: Collection[int]) -> range:
    return range(min(days), max(days) + 1) if days else range(0)


def _counts(session: Session, by: sa.SQLColumnExpression[T], *chosen: sa.ColumnElement[bool]) -> dict[T, int]:
    """How many of the chosen calls there are of each kind."""
    kind: sa.Label[T] = by.label("kind")
    return {row[0]: row[1] for row in session.execute(sa.select(kind, sa.func.count()).where(*chosen).group_by("kind"))}


def _bin() -> sa.ColumnElement[int]:
    """The place in DURATIONS of how long people talked."""
    ends = [60 * minutes for minutes in list(DURATIONS.values())[1:]]
    return sa.case(*((Call.talked < end, place) for place, end in enumerate(ends)), else_=len(ends))


def _local(zone: tzinfo, start: int, end: int) -> sa.ColumnElement[int]:
    """When a call began on the clocks of the zone, in seconds since midnight of 1 January 1970 on them."""
    offsets = [(Call.began < until, ahead) for until, ahead in _offsets(zone, start, end)]
    return Call.began + sa.case(*offsets)


def _offsets(zone: tzinfo, start: int, end: int) -> list[tuple[int, int]]:
    """Until when, in seconds since the epoch, the zone's clocks are how many seconds ahead of UTC."""
    found = []
    for day in range(start, end, DAY):
        here, tomorrow = _ahead(zone, day), min(day + DAY, end)
        if _ahead(zone, tomorrow) != here:
            found.append((_change(zone, range(day, tomorrow)), here))
    return [*found, (end, _ahead(zone, end - 1))]


def _change(zone: tzinfo, seconds: range) -> int:
    """When the zone's clocks are put forward or back, at some time after the first of these seconds."""
    before = _ahead(zone, seconds[0])
    return seconds[0] + bisect_left(seconds, 1, key=lambda at: int(_ahead(zone, at) != before))


def _ahead(zone: tzinfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _midnight(day: date, zone: tzinfo) -> int:
    """When the day begins, in seconds since the epoch."""
    return int(datetime.combine(day, time.min, zone).timestamp())

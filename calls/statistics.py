"""What calls add up to, as plain numbers for charts."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta, tzinfo

from calls.history import PastCall

DURATIONS = {"under 1 min": 0, "1-5 min": 1, "5-15 min": 5, "15-30 min": 15, "30-60 min": 30, "1 h or more": 60}
"""The bins of `durations`: a name, and the minutes at which it begins."""


def calls_per_day(calls: Sequence[PastCall], tz: tzinfo) -> dict[date, int]:
    """How many calls began on each day of this time zone, from the first to the last; quiet days count 0."""
    counts = Counter(call.started_at.astimezone(tz).date() for call in calls)
    if not counts:
        return {}
    first = min(counts)
    return {day: counts[day] for day in (first + timedelta(n) for n in range((max(counts) - first).days + 1))}


def durations(calls: Sequence[PastCall]) -> dict[str, int]:
    """How many of the answered calls were how long: all bins, shortest first."""
    edges = [timedelta(minutes=minutes) for minutes in DURATIONS.values()]
    counts = Counter(bisect_right(edges, max(call.duration, edges[0])) - 1 for call in calls if call.answered_at)
    return {name: counts[place] for place, name in enumerate(DURATIONS)}


def endings(calls: Sequence[PastCall]) -> dict[str, int]:
    """How many calls ended for each reason, most frequent first, then by name."""
    counts = Counter(call.reason for call in calls)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def busiest_hours(calls: Sequence[PastCall], tz: tzinfo) -> list[int]:
    """How many calls began in each hour of the day of this time zone: 24 counts, from midnight on."""
    counts = Counter(call.started_at.astimezone(tz).hour for call in calls)
    return [counts[hour] for hour in range(24)]

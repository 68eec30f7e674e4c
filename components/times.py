"""Times and lengths as people read them."""

from datetime import datetime


def moment(at: datetime, now: datetime) -> str:
    """The time of day, and the day where it is another than that of `now`; both in the same time zone."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%b %d, %H:%M}"


def length(seconds: float) -> str:
    """65 -> "1:05", 3,700 -> "1:01:40"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

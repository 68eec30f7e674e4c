"""The first seconds of a stream to a viewer whose line nobody knows yet."""

import random

from hypothesis import given
from hypothesis import strategies as st

from calls.media.opening import LATE, LEAST, LONGEST_REST, OPENS_FOR, Choked, Opening
from tests.way import Way

PACKET = 1_200  # bytes
EVERY = 0.01  # seconds: about 1 Mbit/s
FIRST = 0xFFF0


def begins(rate: int | None, *, until: float = 0.5, delay: float = 0.0, loss: float = 0.0) -> tuple[Opening, int]:
    """A stream over such a line, and the number of the newest packet that has come."""
    way, chance, opening = Way(rate, delay=delay, loss=loss), random.Random(1), Opening(0.0)
    highest = FIRST - 1
    for step in range(round(until / EVERY)):
        opening.sent(FIRST + step, PACKET, step * EVERY)
        due = way.due(PACKET, step * EVERY, chance)
        if due is not None and due + delay < until:  # the report has to come back
            highest = FIRST + step
    return opening, highest


@given(st.integers(100_000, 300_000))
def test_a_line_that_is_too_weak_is_found_by_the_first_report(rate: int) -> None:
    """The picture is given less than the line carries, and what waits there has time to leave it."""
    opening, highest = begins(rate)
    choked = opening.reported(highest, 0.5, 0.02)
    assert choked
    assert LEAST <= choked.limit < rate
    assert 0 < choked.rest <= LONGEST_REST


@given(st.sampled_from([None, 1_500_000, 3_000_000]), st.sampled_from([0.0, 0.03, 0.15, 0.3]), st.floats(0.0, 0.2))
def test_a_line_that_carries_it_is_left_alone(rate: int | None, delay: float, loss: float) -> None:
    """However long it is, and whatever it loses."""
    opening, highest = begins(rate, until=1.0, delay=delay, loss=loss)
    assert opening.reported(highest, 1.0, 2 * delay) is None


def test_nothing_has_come() -> None:
    """Then the least is tried."""
    opening, highest = begins(1_000)
    assert opening.reported(highest, 0.5, 0.02) == Choked(LEAST, 960_000, LONGEST_REST)


def test_nothing_is_on_its_way() -> None:
    """A stream that pauses is not late."""
    opening, _ = begins(None, until=0.1)
    assert opening.reported(FIRST + 9, 5.0, 0.02) is None
    assert opening.reported(FIRST + 2, 5.0, 0.02) is None  # an older report


@given(st.integers(0, 0xFFFFFFFF), st.floats(0, 1))
def test_whatever_a_stranger_reports_is_an_answer(highest: int, round_trip: float) -> None:
    """A number that was never sent is as good as any."""
    opening, _ = begins(None)
    choked = opening.reported(highest, 0.5, round_trip)
    assert choked is None or (choked.limit >= LEAST and choked.rest <= LONGEST_REST)


def test_it_is_over_when_the_viewer_estimates_for_itself() -> None:
    """After that its own estimates count."""
    opening = Opening(10.0)
    assert not opening.is_over(10.0 + OPENS_FOR)
    assert opening.is_over(10.1 + OPENS_FOR)
    opening.sent(1, PACKET, 10.0)
    assert opening.reported(0, 10.0 + LATE, 0.02) is None

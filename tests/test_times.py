"""Lengths of calls, as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.times import length


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (0.4, "0:00"),
        (5, "0:05"),
        (59.6, "1:00"),
        (65, "1:05"),
        (599, "9:59"),
        (3_599, "59:59"),
        (3_599.9, "1:00:00"),
        (3_700, "1:01:40"),
        (90_061, "25:01:01"),
    ],
)
def test_a_length_is_read_as_a_clock(seconds: float, text: str) -> None:
    """Hours only where there are any; the seconds are rounded, and what is rounded up carries over."""
    assert length(seconds) == text


@given(st.integers(0, 10**7))
def test_a_length_can_be_read_back(seconds: int) -> None:
    """Its parts add up to the seconds, and none but the first is beyond 59."""
    parts = [int(part) for part in length(seconds).split(":")]
    assert sum(part * 60**place for place, part in enumerate(reversed(parts))) == seconds
    assert all(part < 60 for part in parts[1:])

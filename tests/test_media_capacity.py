"""How much a viewer can take: an estimate below what is sent is a limit, a low one for want of traffic is none."""

import pytest

from calls.media import capacity as module
from calls.media.capacity import Capacity
from tests.tracks import Ticking


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    monkeypatch.setattr(module, "time", ticking)
    return ticking


def sends(capacity: Capacity, clock: Ticking, bitrate: int, seconds: int = 2) -> None:
    """So much is sent, in fifty packets a second."""
    for _ in range(50 * seconds):
        capacity.sent(bitrate // 8 // 50)
        clock.advance(0.02)


def test_nobody_is_limited_who_says_nothing_bad(clock: Ticking) -> None:
    """A quiet picture makes estimates low without any need: near what is sent, or above it, they are no limit."""
    capacity = Capacity()
    sends(capacity, clock, 200_000)
    assert [capacity.estimated(bitrate) for bitrate in (190_000, 200_000, 5_000_000)] == [None] * 3


def test_an_estimate_below_what_is_sent_is_a_limit(clock: Ticking) -> None:
    """Something is in the way, so no more shall come than that."""
    capacity = Capacity()
    sends(capacity, clock, 1_000_000)
    assert capacity.estimated(400_000) == 400_000
    assert capacity.estimated(300_000) == 300_000


def test_a_limit_is_lifted_slowly(clock: Ticking) -> None:
    """By 8 % for each estimate that finds nothing in the way: as fast as browsers try what they can get."""
    capacity = Capacity()
    sends(capacity, clock, 1_000_000)
    capacity.estimated(500_000)
    sends(capacity, clock, 500_000)
    assert [capacity.estimated(510_000) for _ in range(3)] == [540_000, 583_200, 629_856]


def test_a_limit_ends_some_day(clock: Ticking) -> None:
    """One that no picture can reach is none."""
    capacity = Capacity()
    sends(capacity, clock, 1_000_000)
    limits = [capacity.estimated(500_000)]
    sends(capacity, clock, 100_000)
    limits += [capacity.estimated(100_000) for _ in range(100)]
    assert limits[-1] is None
    assert limits.index(None) == pytest.approx(49, abs=1)


def test_before_anything_was_sent_nothing_is_a_limit(clock: Ticking) -> None:
    """The first second is not over: there is nothing to compare with."""
    assert Capacity().estimated(30_000) is None


def test_after_a_pause_nothing_is_a_limit(clock: Ticking) -> None:
    """What was sent before it is no measure: to get little of nothing is no want."""
    capacity = Capacity()
    sends(capacity, clock, 1_000_000)
    clock.advance(10)
    assert capacity.estimated(50_000) is None

"""What a browser is told that it may send: an estimate is of its whole connection."""

from calls.media.rtc.estimates import STALE, Estimates


def test_one_stream_has_all_of_it() -> None:
    """The newest estimate counts."""
    estimates = Estimates()
    assert estimates.with_that_of("camera", 1_000, [1, 2], 0.0) == (1_000, (1, 2))
    assert estimates.with_that_of("camera", 500, [1, 2], 0.5) == (500, (1, 2))


def test_several_streams_share_what_all_of_them_may_take() -> None:
    """Else each estimate would hold down the others: a browser forgets the one before."""
    estimates = Estimates()
    estimates.with_that_of("camera", 1_000, [1], 0.0)
    assert estimates.with_that_of("screen", 2_500, [3], 0.2) == (3_500, (1, 3))
    assert estimates.with_that_of("camera", 300, [1], 0.5) == (2_800, (1, 3))


def test_a_stream_that_carries_nothing_any_more_has_no_part() -> None:
    """A screen that is not shared now leaves nothing to the camera: each has its own limit."""
    estimates = Estimates()
    estimates.with_that_of("screen", 2_500, [3], 0.0)
    assert estimates.with_that_of("camera", 1_000, [1], STALE - 0.1) == (3_500, (3, 1))
    assert estimates.with_that_of("camera", 1_000, [1], STALE) == (1_000, (1,))

"""How much a viewer can take: an estimate below what is sent is a limit, a low one for want of traffic is none."""

import pytest

from calls.media.capacity import Capacity


class Viewer:
    """One viewer, on a clock of their own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.capacity = Capacity(self.now)

    def is_sent(self, bitrate: int, again: int = 0, seconds: int = 2) -> None:
        """So much, and so much again, in fifty packets a second."""
        for _ in range(50 * seconds):
            self.capacity.sent(bitrate // 8 // 50, self.now)
            if again:
                self.capacity.sent_again(again // 8 // 50, self.now)
            self.now += 0.02

    def estimates(self, bitrate: int) -> int | None:
        """The limit after that."""
        return self.capacity.estimated(bitrate, self.now)


@pytest.fixture
def viewer() -> Viewer:
    return Viewer()


def test_nobody_is_limited_who_says_nothing_bad(viewer: Viewer) -> None:
    """A quiet picture makes estimates low without any need: near what is sent, or above it, they are no limit."""
    viewer.is_sent(200_000)
    assert [viewer.estimates(bitrate) for bitrate in (190_000, 200_000, 5_000_000)] == [None] * 3


def test_an_estimate_is_heard_of_once(viewer: Viewer) -> None:
    """However many streams it names; the next one may say the same."""
    first, second = [400_000], [400_000]
    assert [viewer.capacity.is_new(each) for each in (first, first, second, second)] == [True, False, True, False]


def test_an_estimate_below_what_is_sent_is_a_limit(viewer: Viewer) -> None:
    """Something is in the way, so no more shall come than that."""
    viewer.is_sent(1_000_000)
    assert viewer.estimates(400_000) == 400_000
    assert viewer.estimates(300_000) == 300_000


def test_what_is_sent_again_is_sent(viewer: Viewer) -> None:
    """A line that is full of it takes no more: the estimate is below both together, and leaves less for the picture."""
    viewer.is_sent(300_000, again=200_000)
    assert viewer.estimates(400_000) == pytest.approx(200_000)


def test_pictures_are_left_a_part_of_what_can_be_taken(viewer: Viewer) -> None:
    """However much is sent again: their senders would stop else."""
    viewer.is_sent(500_000, again=500_000)
    assert viewer.estimates(400_000) == 200_000


def test_a_limit_is_lifted_by_time(viewer: Viewer) -> None:
    """By 12 % a second near what the line carried last, however often estimates come."""
    viewer.is_sent(1_000_000)
    viewer.estimates(500_000)
    viewer.is_sent(400_000, seconds=1)
    viewer.estimates(390_000)
    begin = viewer.estimates(500_000)
    assert begin == 560_000
    for _ in range(10):
        viewer.now += 0.1
        limit = viewer.estimates(500_000)
    assert limit == pytest.approx(begin * 1.12, rel=0.001)


def test_a_long_silence_does_not_lift_a_limit_by_much(viewer: Viewer) -> None:
    """Nothing was heard meanwhile: it counts as a second."""
    viewer.is_sent(1_000_000)
    viewer.estimates(500_000)
    viewer.now += 60
    assert viewer.estimates(500_000) == 560_000


def test_a_limit_ends_some_day(viewer: Viewer) -> None:
    """One that no picture can reach is none. Where the line has been carrying more than it could, it is lifted faster:
    from 150 kbit/s to 1.5 Mbit/s within 15 s."""
    viewer.is_sent(1_000_000)
    limits = [viewer.estimates(150_000)]
    for _ in range(100):
        viewer.is_sent(100_000, seconds=1)
        limits.append(viewer.estimates(100_000))
    assert limits[-1] is None
    assert limits[3] == pytest.approx(150_000 * 1.12**3, rel=0.01)
    assert 10 < next(second for second, limit in enumerate(limits) if limit is None or limit > 1_500_000) < 15


def test_before_anything_was_sent_nothing_is_a_limit(viewer: Viewer) -> None:
    """The first second is not over: there is nothing to compare with."""
    assert viewer.estimates(30_000) is None


def test_after_a_pause_nothing_is_a_limit(viewer: Viewer) -> None:
    """What was sent before it is no measure: to get little of nothing is no want."""
    viewer.is_sent(1_000_000)
    viewer.now += 10
    assert viewer.estimates(50_000) is None


def test_a_viewer_takes_what_it_is_sent_and_no_more_than_its_limit(viewer: Viewer) -> None:
    """What is sent now tells nothing while it is too much."""
    viewer.is_sent(1_000_000)
    assert viewer.capacity.bitrate(viewer.now) == pytest.approx(1_000_000)
    viewer.estimates(300_000)
    assert viewer.capacity.bitrate(viewer.now) == 300_000

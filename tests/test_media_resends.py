"""What a viewer is sent again: each packet once per round trip, all within a share of what the viewer can take."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from calls.limits import NACKED_PACKETS
from calls.media.budget import Budget
from calls.media.packet import Packet
from calls.media.resends import AT_ONCE, HISTORY, LEAST, SHARE, USEFUL, Resends, Sent

BITRATE, ROUND_TRIP = 1_000_000.0, 0.1
SIZE = 1_000  # bytes


def sent(*numbers: int, at: float = 0.0) -> Resends:
    """One who has been sent these."""
    resends = Resends(at)
    for number in numbers:
        packet = Packet("VP8", number & 0xFFFF, 0, bytes(SIZE), marker=False, entry=False)
        resends.keep(Sent(number & 0xFFFF, 0, packet, at))
    return resends


def again(resends: Resends, numbers: Iterable[int], now: float, bitrate: float = BITRATE) -> list[int]:
    """The numbers of what is sent again."""
    wanted = [number & 0xFFFF for number in numbers]
    return [each.sequence for each in resends.answer(wanted, now, ROUND_TRIP, bitrate)]


def test_what_is_asked_for_is_sent_again() -> None:
    """Over a wrap, too; what was never sent is not."""
    resends = sent(*range(65_530, 65_540))
    assert again(resends, (65_534, 65_537, 65_540, 7), 0.1) == [65_534, 1]


def test_a_request_over_a_wrap_counts_on() -> None:
    """aiortc adds to the number of the first packet, and does not begin again at 0."""
    resends = sent(65_535, 65_536)
    assert [each.sequence for each in resends.answer([65_535, 65_536], 0.1, ROUND_TRIP, BITRATE)] == [65_535, 0]


def test_a_packet_is_sent_again_once_per_round_trip() -> None:
    """A second request for it was made before the answer to the first could be there."""
    resends = sent(1)
    found = [bool(again(resends, [1], now / 1000)) for now in range(50, 450, 20)]
    assert found.count(True) == 4
    assert again(resends, [1, 1, 1], 0.9) == [1]


def test_what_is_old_is_not_sent_again() -> None:
    """Neither what was sent long ago, nor what has been followed by much else."""
    resends = sent(*range(HISTORY + 1))
    assert again(resends, [0, 1], 0.1) == [1]
    assert again(resends, [2], USEFUL) == []


def test_one_request_may_name_only_so_many() -> None:
    """One datagram has room for 4,998."""
    resends = sent(*range(HISTORY))
    assert again(resends, [], 0.1, bitrate=1e9) == []
    assert len(again(resends, range(HISTORY), 0.2, bitrate=1e9)) == NACKED_PACKETS


@given(st.lists(st.tuples(st.integers(0, HISTORY), st.integers(1, 100), st.floats(0, 0.2)), max_size=60))
def test_resends_are_a_share_of_the_bitrate(requests: list[tuple[int, int, float]]) -> None:
    """Whatever is asked for, however often: a share over time, and a moment's share at once."""
    resends, now, count = sent(*range(HISTORY)), 0.0, 0
    for first, length, later in requests:
        now += later
        for number in range(HISTORY):  # all of it is new again
            resends.keep(Sent(number, 0, Packet("VP8", number, 0, bytes(SIZE), marker=False, entry=False), now))
        count += len(again(resends, range(first, first + length), now))
    assert count * SIZE <= BITRATE / 8 * (AT_ONCE + SHARE * now) + 1


def test_who_can_take_little_is_sent_a_little_again() -> None:
    """A share of a picture's least: what is lost at the beginning, before anything is known, is not lost for good."""
    assert len(again(sent(*range(100)), range(100), 0.05, bitrate=0.0)) == LEAST / 8 * AT_ONCE // SIZE


def test_an_budget_is_so_much_over_time_and_so_much_at_once() -> None:
    """What is not taken is kept up to that, and a clock that goes back gives nothing."""
    budget = Budget(10.0, 5.0, 0.0)
    assert [budget.takes(1, 0.0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert budget.takes(2, 0.2)
    assert not budget.takes(1, 0.1)
    assert not budget.takes(6, 100.0)
    assert budget.takes(5, 100.0)
    budget.allow(1.0, 2.0, 200.0)
    assert [budget.takes(1, 200.0) for _ in range(3)] == [True, True, False]

"""Which packets are missing, and when they are asked for: every rule on a clock of its own."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from calls.limits import LATE_PACKETS, LOST_PACKETS
from calls.media.losses import ASKS, LONGEST_ROUND_TRIP, MOST_PATIENCE, PATIENCE, ROUND_TRIP, USEFUL, Arrival, Losses

NEW, KNOWN, STRAY, RESTART = Arrival


def arrive(losses: Losses, *numbers: int, now: float = 0.0, resent: bool = False) -> list[Arrival]:
    """These come at once."""
    return [losses.arrived(number & 0xFFFF, now, resent=resent) for number in numbers]


def asks(losses: Losses, until: float = 10.0) -> list[tuple[float, list[int]]]:
    """What is asked for until then, and when, if somebody looks whenever something is due."""
    asked = []
    while (now := losses.ask_at) is not None and now <= until:
        if numbers := losses.due(now):
            asked.append((now, numbers))
    return asked


# What is missing


@given(start=st.integers(0, 0xFFFF), steps=st.lists(st.integers(1, LOST_PACKETS // 8), max_size=8))
def test_what_is_left_out_is_asked_for(start: int, steps: list[int]) -> None:
    """All of it, in order and nothing else, over a wrap, too."""
    losses, number, missing = Losses(), start, list[int]()
    arrive(losses, number)
    for step in steps:
        missing += [between & 0xFFFF for between in range(number + 1, number + step)]
        number += step
        assert arrive(losses, number) == [NEW]
    assert losses.due(PATIENCE) == missing


@given(st.data())
def test_what_has_come_is_not_asked_for(data: st.DataObject) -> None:
    """Whatever the order: each is new once, known from then on, and what never came is what is asked for."""
    numbers = data.draw(st.lists(st.integers(0, 100), min_size=1))
    losses, seen = Losses(), {65_500}
    arrive(losses, 65_500)
    for number in numbers:
        assert arrive(losses, 65_500 + number) == [KNOWN if 65_500 + number in seen else NEW]
        seen.add(65_500 + number)
    assert losses.due(PATIENCE) == [number & 0xFFFF for number in range(65_500, max(seen)) if number not in seen]


def test_while_nothing_is_missing_nobody_has_to_look() -> None:
    """From the first packet on; and no more once what was missing has come."""
    losses = Losses()
    assert losses.ask_at is None
    arrive(losses, 1, 2, 3)
    assert losses.ask_at is None
    arrive(losses, 5)
    assert losses.ask_at is not None
    arrive(losses, 4)
    assert losses.ask_at is None


def test_before_the_first_packet_nothing_is_missing() -> None:
    """What it has overtaken is late for a stream that has just begun."""
    assert arrive(Losses(), 5, 4) == [NEW, KNOWN]


# When it is asked for


def test_a_packet_is_asked_for_once_per_round_trip() -> None:
    """When it is late, then as long as an answer may take, a bounded number of times and a bounded time."""
    losses = Losses()
    arrive(losses, 1, 3)
    asked = asks(losses)
    assert [numbers for _, numbers in asked] == [[2]] * len(asked)
    assert asked[0][0] == PATIENCE
    assert all(after - before >= ROUND_TRIP for (before, _), (after, _) in pairwise(asked))
    assert 2 <= len(asked) <= ASKS
    assert asked[-1][0] < USEFUL
    assert losses.ask_at is None


def test_a_round_trip_is_as_long_as_answers_take() -> None:
    """Once one has come: neither sooner, which would be for nothing, nor much later."""
    losses = Losses()
    for number in range(0, 400, 4):
        arrive(losses, number, number + 2, now=number)
        losses.due(number + PATIENCE)
        arrive(losses, number + 1, now=number + PATIENCE + 0.25, resent=True)
    arrive(losses, 400, 402, now=400)
    (first, _), (second, _), *_ = asks(losses, 500)
    assert 0.25 <= second - first <= 0.28


def test_an_answer_that_never_ends_is_not_waited_for() -> None:
    """Whoever answers after seconds has not learned more than the longest round trip."""
    losses = Losses()
    arrive(losses, 1, 3)
    losses.due(PATIENCE)
    arrive(losses, 2, now=60.0, resent=True)
    arrive(losses, 5, now=60.0)
    (first, _), (second, _) = asks(losses, 70.0)
    assert second - first <= LONGEST_ROUND_TRIP + MOST_PATIENCE


def test_where_packets_overtake_each_other_asking_waits() -> None:
    """For as long as nearly all of them are late, so that what is only late is not sent twice."""
    losses, asked = Losses(), 0
    for number in range(0, 4_000, 2):
        arrive(losses, number, number + 2, now=number)
        asked += len(losses.due(number + 0.03))
        arrive(losses, number + 1, now=number + 0.03)
    assert asked < 2_000 / 20


def test_after_a_while_without_asking_is_quick_again() -> None:
    """When what is missing is lost, and nothing late."""
    losses = Losses()
    for number in range(0, 40, 2):
        arrive(losses, number, number + 2, now=number)
        arrive(losses, number + 1, now=number + 0.05)
    arrive(losses, 40, 42, now=40)
    assert (losses.ask_at or 0) > 40.04
    for number in range(42, 1_200, 2):
        arrive(losses, number, number + 2, now=number)
        arrive(losses, number + 1, now=number + 0.2, resent=True)
    arrive(losses, 1_202, now=1_202)
    assert losses.ask_at == 1_202 + PATIENCE


def test_the_rest_of_a_gap_is_still_asked_for() -> None:
    """Its middle has come: the two sides keep their times."""
    losses = Losses()
    arrive(losses, 0, 10)
    losses.due(PATIENCE)
    arrive(losses, 5, now=0.02, resent=True)
    ((when, numbers), *_) = asks(losses)
    assert numbers == [1, 2, 3, 4, 6, 7, 8, 9]
    assert when >= PATIENCE


# What a stranger may write


@given(start=st.integers(0, 0xFFFF), jump=st.integers(LOST_PACKETS + 1, 0x10000 - LATE_PACKETS - 1))
def test_a_number_far_away_is_out_of_step(start: int, jump: int) -> None:
    """One is an accident or an attack, and the stream goes on; two that follow each other are a new count."""
    losses, far = Losses(), start + jump
    assert arrive(losses, start, far, far, start + 1) == [NEW, STRAY, STRAY, NEW]
    assert arrive(losses, far + 1, far + 2) == [RESTART, NEW]
    assert losses.ask_at is None


@given(
    start=st.integers(0, 0xFFFF), jumps=st.lists(st.integers(LOST_PACKETS + 2, 0x10000 - LATE_PACKETS - 2), max_size=5)
)
def test_behind_a_new_count_the_numbers_run_on(start: int, jumps: list[int]) -> None:
    """With one missing, for what is lost; and what is missing there is asked for by the number that it has."""
    losses, number, continued = Losses(), start, start
    arrive(losses, number)
    for jump in jumps:
        number, continued = number + jump, continued + 2
        assert arrive(losses, number - 1, number) == [STRAY, RESTART]
        assert losses.continued(number) == continued & 0xFFFF
    arrive(losses, number + 2)
    assert losses.continued(number + 2) == (continued + 2) & 0xFFFF
    assert losses.due(1.0 - PATIENCE) == [(number + 1) & 0xFFFF]


@given(start=st.integers(0, 0xFFFF), back=st.integers(1, LATE_PACKETS))
def test_an_old_number_is_known(start: int, back: int) -> None:
    """A browser that tries how much the way can take sends old packets again."""
    losses = Losses()
    assert arrive(losses, start, start - back, start - back + 1, start + 1)[1:3] == [KNOWN, KNOWN]
    assert losses.ask_at is None


def test_what_is_sent_again_is_no_new_count() -> None:
    """However far it is from what came last."""
    losses = Losses()
    arrive(losses, 0)
    assert arrive(losses, 30_000, 30_001, 30_002, resent=True) == [KNOWN] * 3
    assert arrive(losses, 1) == [NEW]


@given(st.lists(st.integers(0, 0xFFFF) | st.integers(0, 2 * LOST_PACKETS), max_size=60))
def test_nothing_that_comes_makes_it_ask_for_much(numbers: list[int]) -> None:
    """Never for more than the window at once, and for nothing more than so often."""
    losses = Losses()
    for tick, number in enumerate(numbers):
        losses.arrived(number, tick / 1000)
        assert len(losses._gaps) <= LOST_PACKETS // 2 + 1
    asked = asks(losses)
    assert all(len(each) <= LOST_PACKETS for _, each in asked)
    assert max(Counter(number for _, each in asked for number in each).values(), default=0) <= ASKS


def test_numbers_that_jump_cost_no_more_than_others() -> None:
    """A stream of them keeps nothing but its newest gap, and asks for the newest window alone."""
    losses = Losses()
    for number in range(0, 2_999 * 50, 2_999):
        assert losses.arrived(number & 0xFFFF, 0.0) is not NEW or number == 0
    for number in range(0, LOST_PACKETS * 50, LOST_PACKETS):
        losses.arrived(number & 0xFFFF, 0.0)
        assert len(losses._gaps) <= 2

"""The table of `calls.states` is the specification, so it is tested as a whole."""

import itertools

import pytest

from calls.errors import IllegalTransitionError
from calls.states import PUT_DOWN, REASONS, TRANSITIONS, EndReason, Event, Status, after

PAIRS = list(itertools.product(Status, Event))
BOTH_RING = {Event.CANCEL, Event.DECLINE, Event.TIMEOUT, Event.LOSE}

# Written out a second time on purpose: a row that slips into the table, or out of it, has to slip in here as well.
EVENTS_OF = {
    Status.IDLE: {Event.CALL, Event.RING, Event.JOIN},
    Status.OUTGOING: BOTH_RING | {Event.ANSWERED},
    Status.INCOMING: BOTH_RING | {Event.ACCEPT},
    Status.IN_CALL: {Event.HANG_UP, Event.LOSE},
}


@pytest.mark.parametrize(("status", "event"), PAIRS)
def test_a_pair_is_legal_exactly_when_the_table_has_it(status: Status, event: Event) -> None:
    """A pair of the table gives its status; any other raises, with a message that names both."""
    if event in EVENTS_OF[status]:
        assert after(status, event) is TRANSITIONS[status, event]
    else:
        with pytest.raises(IllegalTransitionError, match=f"{event} cannot happen while {status}"):
            after(status, event)


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([Event.CALL, Event.ANSWERED], Status.IN_CALL),
        ([Event.RING, Event.ACCEPT], Status.IN_CALL),
        ([Event.JOIN], Status.IN_CALL),
        ([Event.CALL], Status.OUTGOING),
        ([Event.RING], Status.INCOMING),
    ],
)
def test_a_call_goes_its_way(steps: list[Event], end: Status) -> None:
    """From IDLE, the caller, the callee and who joins get where a telephone call would take them."""
    status = Status.IDLE
    for event in steps:
        status = after(status, event)
    assert status is end


@pytest.mark.parametrize("event", list(REASONS))
def test_what_ends_a_call_ends_it_for_both_sides(event: Event) -> None:
    """An ending event leads to IDLE from wherever it is legal, and is legal somewhere."""
    ends = [after(status, event) for status in Status if event in EVENTS_OF[status]]
    assert ends
    assert set(ends) == {Status.IDLE}


def test_only_an_ending_event_leads_to_idle() -> None:
    """Whoever gets back to IDLE has a reason to be told."""
    assert {event for (_, event), status in TRANSITIONS.items() if status is Status.IDLE} == set(REASONS)


def test_the_two_sides_of_a_ringing_call_end_by_the_same_events() -> None:
    """While it rings, whatever ends the call for the caller also ends it for the callee."""
    caller, callee = ({e for e in REASONS if (side, e) in TRANSITIONS} for side in (Status.OUTGOING, Status.INCOMING))
    assert caller == callee == BOTH_RING


def test_every_status_can_be_reached_and_left() -> None:
    """Nothing is dead in the table: IDLE leads everywhere, and every other status can end at IDLE at once."""
    reached = {Status.IDLE}
    for _ in Status:
        reached |= {end for (start, _), end in TRANSITIONS.items() if start in reached}
    assert reached == set(Status)
    for status in set(Status) - {Status.IDLE}:
        assert Status.IDLE in {end for (start, _), end in TRANSITIONS.items() if start is status}


def test_putting_down_the_receiver_is_legal_wherever_there_is_one_to_put_down() -> None:
    """Each status but IDLE has its way to put down: cancel, decline or hang up, and it ends at IDLE."""
    assert set(PUT_DOWN) == set(Status) - {Status.IDLE}
    assert [REASONS[PUT_DOWN[s]] for s in (Status.OUTGOING, Status.INCOMING, Status.IN_CALL)] == [
        EndReason.CANCELLED,
        EndReason.DECLINED,
        EndReason.HANGUP,
    ]
    assert all(after(status, event) is Status.IDLE for status, event in PUT_DOWN.items())

"""Calls: ringing, answering and every way to end. The clock is injected, so nothing here waits."""

import pytest

from calls.errors import BusyError, IllegalTransitionError, InputError, UnknownError
from calls.limits import MISSED_LENGTH
from calls.registry import Registry
from calls.rooms import Change, EndedCall
from calls.states import EndReason, Event, Status
from tests.people import FakeClock, Person, connect


def ended(changes: list[Change]) -> list[EndedCall]:
    return [call for change in changes for call in change.ended]


def reasons(changes: list[Change]) -> list[EndReason]:
    return [call.reason for call in ended(changes)]


def statuses(*people: Person) -> list[Status]:
    return [person.status for person in people]


# Ringing and answering


def test_a_call_rings_at_the_other_side(alice: Person, bob: Person, clock: FakeClock) -> None:
    """The caller is OUTGOING, the callee INCOMING, both see one room that rings for 30 s, and it has no members yet."""
    code = alice.calls(bob)
    assert statuses(alice, bob) == [Status.OUTGOING, Status.INCOMING]
    room = alice.view.room
    assert room is not None
    assert bob.view.room == room
    assert (room.code, room.members, room.ringing) == (code, (), True)
    assert room.call is not None
    assert (room.call.caller, room.call.callee, room.call.deadline) == (alice.id, bob.id, clock.now + 30)
    assert (alice.view.other, bob.view.other) == (bob.me, alice.me)


def test_an_answered_call_has_both_in_its_room(alice: Person, bob: Person, clock: FakeClock) -> None:
    """Both are IN_CALL, caller first, and the call's clock runs from the answer rather than from the first ring."""
    code = alice.calls(bob)
    clock.advance(7)
    bob.accepts(code)
    assert statuses(alice, bob) == [Status.IN_CALL, Status.IN_CALL]
    room = alice.view.room
    assert room is not None
    assert (room.members, room.ringing, room.started_at) == ((alice.id, bob.id), False, clock.now)
    assert room.opened_at == clock.now - 7
    assert alice.me.since == clock.now


def test_only_the_callee_can_answer(alice: Person, bob: Person, carol: Person) -> None:
    """The caller's own accept changes nothing, and a third person's is refused: the call is not theirs."""
    code = alice.calls(bob)
    alice.accepts(code)
    with pytest.raises(UnknownError):
        carol.accepts(code)
    assert statuses(alice, bob, carol) == [Status.OUTGOING, Status.INCOMING, Status.IDLE]


def test_calling_oneself_is_refused(alice: Person, bob: Person) -> None:
    """Nobody can ring themselves, free or in a call, and trying changes nothing."""
    for status in (Status.IDLE, Status.OUTGOING):
        before = alice.view
        with pytest.raises(InputError, match="cannot call yourself"):
            alice.calls(alice)
        assert (alice.view, alice.status) == (before, status)
        if status is Status.IDLE:
            alice.calls(bob)


def test_calling_somebody_who_has_left_is_refused(alice: Person, bob: Person) -> None:
    """A name that is still on the screen but no longer here raises, and the caller stays IDLE."""
    bob.leaves()
    with pytest.raises(UnknownError, match="not here any more"):
        alice.calls(bob)
    assert alice.status is Status.IDLE


def test_nobody_calls_out_of_a_call(alice: Person, bob: Person, carol: Person) -> None:
    """Whoever rings, is rung or talks has to put down first; the refusal touches neither the call nor the third."""
    code = alice.calls(bob)
    for answered in (False, True):
        if answered:
            bob.accepts(code)
        before = [person.view for person in (alice, bob, carol)]
        for person in (alice, bob):
            with pytest.raises(IllegalTransitionError, match="Hang up first" if answered else "Answer or end it first"):
                person.calls(carol)
        assert [person.view for person in (alice, bob, carol)] == before


def test_glare_becomes_one_call(alice: Person, bob: Person) -> None:
    """Two people who call each other at once are in one call: the second invite is the answer to the first."""
    first = alice.calls(bob)
    second = bob.calls(alice)
    assert first == second
    assert statuses(alice, bob) == [Status.IN_CALL, Status.IN_CALL]
    assert alice.view.room == bob.view.room


# Busy


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("which", [0, 1])
def test_a_busy_person_cannot_be_rung(
    registry: Registry, alice: Person, bob: Person, changes: list[Change], *, answered: bool, which: int
) -> None:
    """The caller stays IDLE and is told `busy`, the callee sees a missed call and stays where they are, and the call is
    reported; the call that made them busy goes on."""
    code = alice.calls(bob)
    if answered:
        bob.accepts(code)
    dave, target = Person.enters(registry, "Dave"), (alice, bob)[which]
    room, before = target.view.room, target.me
    with pytest.raises(BusyError, match=f"{before.name} is in another call"):
        dave.calls(target)
    assert (dave.status, dave.reason, dave.missed) == (Status.IDLE, EndReason.BUSY, [])
    assert (target.me, target.view.room, target.missed, target.reason) == (before, room, [dave.id], None)
    [call] = ended(changes)
    assert call.reason is EndReason.BUSY
    assert [person.name for person in call.room.attended] == ["Dave", before.name]
    assert changes[-1].audience == {dave.id, target.id}


def test_somebody_alone_in_a_room_is_busy_too(alice: Person, bob: Person) -> None:
    """Who waits in a room of their own is in a call as far as others can tell."""
    bob.opens_room()
    with pytest.raises(BusyError):
        alice.calls(bob)
    assert alice.view.room is None


# Ending


@pytest.mark.parametrize(
    ("answered", "who", "reason", "missed"),
    [
        (False, "caller", EndReason.CANCELLED, True),
        (False, "callee", EndReason.DECLINED, False),
        (True, "caller", EndReason.HANGUP, False),
        (True, "callee", EndReason.HANGUP, False),
    ],
)
def test_putting_down_ends_the_call_for_both(
    alice: Person,
    bob: Person,
    clock: FakeClock,
    changes: list[Change],
    *,
    answered: bool,
    who: str,
    reason: EndReason,
    missed: bool,
) -> None:
    """Cancel, decline and hang up: both are IDLE and told the same reason and the other's name; the call is reported
    once with both in it. Only a cancelled call is a missed one: who declines knows of it."""
    code = alice.calls(bob)
    if answered:
        bob.accepts(code)
    clock.advance(5)
    (alice if who == "caller" else bob).puts_down(code)
    assert statuses(alice, bob) == [Status.IDLE, Status.IDLE]
    assert (alice.view.room, bob.view.room) == (None, None)
    for person, other in ((alice, "Bob"), (bob, "Alice")):
        ending = person.view.ending
        assert ending is not None
        assert (ending.reason, ending.names, ending.at) == (reason, (other,), clock.now)
        assert ending.seconds == (5 if answered else 0)
        assert ending.missed == (missed and person is bob)
    assert (alice.missed, bob.missed) == ([], [alice.id] if missed else [])
    [call] = ended(changes)
    assert (call.room.code, call.reason, call.ended_at) == (code, reason, clock.now)
    assert [person.id for person in call.room.attended] == [alice.id, bob.id]


def test_nobody_answers_for_thirty_seconds(
    registry: Registry, alice: Person, bob: Person, clock: FakeClock, changes: list[Change]
) -> None:
    """It rings for 30 s on the registry's clock and not a moment less; then both are told `no_answer`, and the callee
    has missed the call."""
    code = alice.calls(bob)
    clock.advance(29.75)
    registry.expire()
    assert statuses(alice, bob) == [Status.OUTGOING, Status.INCOMING]
    clock.advance(0.25)
    registry.expire()
    assert statuses(alice, bob) == [Status.IDLE, Status.IDLE]
    assert (alice.reason, bob.reason) == (EndReason.NO_ANSWER, EndReason.NO_ANSWER)
    assert (alice.missed, bob.missed) == ([], [alice.id])
    assert [(call.room.code, call.reason) for call in ended(changes)] == [(code, EndReason.NO_ANSWER)]


def test_an_answered_call_does_not_time_out(registry: Registry, alice: Person, bob: Person, clock: FakeClock) -> None:
    """The 30 s are for ringing: a call that was answered in the last moment goes on."""
    code = alice.calls(bob)
    clock.advance(29)
    bob.accepts(code)
    clock.advance(3_600)
    registry.expire()
    assert statuses(alice, bob) == [Status.IN_CALL, Status.IN_CALL]


def test_an_answer_that_comes_too_late_is_refused(
    alice: Person, bob: Person, clock: FakeClock, changes: list[Change]
) -> None:
    """After 30 s it is over even if nobody has asked the registry since: accept raises, both are told the timeout, and
    the refusal does not keep it from being reported."""
    code = alice.calls(bob)
    clock.advance(30)
    with pytest.raises(UnknownError, match="over"):
        bob.accepts(code)
    assert (alice.reason, bob.reason) == (EndReason.NO_ANSWER, EndReason.NO_ANSWER)
    assert reasons(changes) == [EndReason.NO_ANSWER]


def test_a_participant_who_leaves_while_being_called(alice: Person, bob: Person, changes: list[Change]) -> None:
    """Signing out puts down first: the caller is told it was declined, and is free again."""
    alice.calls(bob)
    bob.leaves()
    assert (alice.status, alice.reason) == (Status.IDLE, EndReason.DECLINED)
    assert alice.online == ["Carol"]
    assert reasons(changes) == [EndReason.DECLINED]


def test_a_caller_who_leaves_while_it_rings(alice: Person, bob: Person, changes: list[Change]) -> None:
    """The callee is told it was cancelled, and keeps the missed call with the name of one who is gone."""
    alice.calls(bob)
    alice.leaves()
    assert (bob.status, bob.reason) == (Status.IDLE, EndReason.CANCELLED)
    assert [call.name for call in bob.view.missed] == ["Alice"]
    assert reasons(changes) == [EndReason.CANCELLED]


def test_a_participant_who_leaves_during_a_call(alice: Person, bob: Person, changes: list[Change]) -> None:
    """Signing out hangs up, and the other is told so."""
    connect(alice, bob)
    alice.leaves()
    assert (bob.status, bob.reason) == (Status.IDLE, EndReason.HANGUP)
    assert reasons(changes) == [EndReason.HANGUP]


# Pressing twice, pressing late


def test_calling_twice_is_one_call(alice: Person, bob: Person) -> None:
    """A second press of Call gives the same room, ringing or answered, and does not answer for the callee."""
    code = alice.calls(bob)
    before = alice.view
    assert alice.calls(bob) == code
    assert alice.view == before
    bob.accepts(code)
    assert alice.calls(bob) == bob.calls(alice) == code
    assert statuses(alice, bob) == [Status.IN_CALL, Status.IN_CALL]


def test_accepting_twice_is_one_answer(alice: Person, bob: Person, clock: FakeClock) -> None:
    """A second press of Accept changes nothing: the call's clock does not start again."""
    code = connect(alice, bob)
    before = bob.view
    clock.advance(3)
    bob.accepts(code)
    assert bob.view == before


def test_putting_down_twice_ends_one_call(alice: Person, bob: Person, carol: Person, changes: list[Change]) -> None:
    """A second press, or one that was meant for a call that is over, never ends the call that came after it."""
    old = connect(alice, bob)
    alice.puts_down(old)
    alice.puts_down(old)
    bob.puts_down(old)
    assert reasons(changes) == [EndReason.HANGUP]
    connect(alice, carol)
    alice.puts_down(old)
    assert statuses(alice, carol) == [Status.IN_CALL, Status.IN_CALL]


def test_accepting_a_call_that_was_cancelled_is_refused(alice: Person, bob: Person) -> None:
    """An accept that comes after the cancel says so, also when another call rings by then."""
    old = alice.calls(bob)
    alice.puts_down(old)
    with pytest.raises(UnknownError, match="over"):
        bob.accepts(old)
    alice.calls(bob)
    with pytest.raises(UnknownError, match="over"):
        bob.accepts(old)
    assert statuses(alice, bob) == [Status.OUTGOING, Status.INCOMING]


def test_leaving_twice_is_leaving_once(registry: Registry, alice: Person, bob: Person, changes: list[Change]) -> None:
    """A second press of Leave finds nobody and says nothing."""
    alice.leaves()
    heard = len(changes)
    alice.leaves()
    alice.puts_down("gone")
    assert len(changes) == heard
    assert alice.id not in {person.id for person in registry.snapshot().people}


# What one is told afterwards


def test_the_ending_is_shown_until_it_is_dismissed(registry: Registry, alice: Person, bob: Person) -> None:
    """It stays for the one who has not dismissed it."""
    alice.puts_down(connect(alice, bob))
    registry.dismiss(alice.id)
    assert (alice.reason, bob.reason) == (None, EndReason.HANGUP)


@pytest.mark.parametrize("event", [Event.CALL, Event.RING, Event.JOIN])
def test_the_next_call_clears_the_last_ending(alice: Person, bob: Person, carol: Person, event: Event) -> None:
    """Nobody reads `Call ended` while they ring, are rung or sit in a room."""
    alice.puts_down(connect(alice, bob))
    {Event.CALL: lambda: alice.calls(carol), Event.RING: lambda: carol.calls(alice), Event.JOIN: alice.opens_room}[
        event
    ]()
    assert alice.reason is None
    assert bob.reason is EndReason.HANGUP


def test_missed_calls_are_kept_latest_first(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """They stay through later calls until they are cleared: each caller once, and the oldest fall out beyond twenty."""
    for caller in (alice, carol):
        caller.puts_down(caller.calls(bob))
    connect(alice, bob)
    assert bob.missed == [carol.id, alice.id]
    for _ in range(2):  # a double click is one call
        with pytest.raises(BusyError):
            carol.calls(bob)
    assert bob.missed == [carol.id, alice.id]
    callers = [Person.enters(registry, f"Caller {number}") for number in range(MISSED_LENGTH)]
    for caller in callers:
        with pytest.raises(BusyError):
            caller.calls(bob)
    assert bob.missed == [caller.id for caller in reversed(callers)]
    registry.clear_missed(bob.id)
    assert bob.missed == []

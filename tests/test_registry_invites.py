"""Invitations: ringing somebody into a running call. What else rings is in test_registry.py."""

from collections.abc import Callable

import pytest

from calls.errors import BusyError, InputError, RoomFullError, UnknownError
from calls.history import past_call
from calls.registry import Registry
from calls.rooms import Change, EndedCall
from calls.states import EndReason, Status
from tests.people import FakeClock, Person, connect, date, gather


@pytest.fixture
def dave(registry: Registry) -> Person:
    return Person.enters(registry, "Dave")


@pytest.fixture
def code(alice: Person, bob: Person) -> str:
    """The room in which Alice and Bob are in a call."""
    return connect(alice, bob)


def ended(changes: list[Change]) -> list[EndedCall]:
    return [call for change in changes for call in change.ended]


def told(person: Person) -> tuple[EndReason, tuple[str, ...], bool] | None:
    """What a person reads of the last call: why it ended, with whom it was, and whether it was missed."""
    ending = person.view.ending
    return (ending.reason, ending.names, ending.missed) if ending else None


# Ringing and answering


def test_an_invitation_rings(alice: Person, bob: Person, carol: Person, code: str, clock: FakeClock) -> None:
    """The invited is INCOMING for that room and knows who rings; those in it go on, and see whom they wait for."""
    alice.invites(carol)
    assert [person.status for person in (alice, bob, carol)] == [Status.IN_CALL, Status.IN_CALL, Status.INCOMING]
    assert (carol.me.room, carol.view.other) == (code, alice.me)
    assert alice.view.room is not None
    [ring] = alice.view.room.rings
    assert (ring.caller, ring.callee, ring.deadline) == (alice.id, carol.id, clock.now + 30)
    assert (alice.company, bob.company) == (["Bob"], ["Alice"])
    assert alice.view.invited == bob.view.invited == (carol.me,)


def test_the_invited_comes_in(alice: Person, bob: Person, carol: Person, code: str, changes: list[Change]) -> None:
    """Accept brings them into the room as the last; all see all, nothing rings, and nothing has ended."""
    bob.invites(carol)
    carol.accepts(code)
    assert (carol.status, carol.me.room) == (Status.IN_CALL, code)
    assert [person.company for person in (alice, bob, carol)] == [
        ["Bob", "Carol"],
        ["Alice", "Carol"],
        ["Alice", "Bob"],
    ]
    assert (alice.view.invited, ended(changes)) == ((), [])


def test_who_still_rings_reads_nothing(registry: Registry, alice: Person, carol: Person, code: str) -> None:
    """What is said in the room, and who speaks there, is for those who are in it: before Accept nothing, then all."""
    alice.invites(carol)
    alice.says("between us")
    registry.speaks(code, alice.id)
    registry.mark_read(carol.id, code, 1)
    assert carol.view.room is not None
    assert (carol.heard, carol.view.unread, carol.view.room.speakers) == ([], 0, ())
    with pytest.raises(UnknownError, match="not in a room"):
        carol.says("hello")
    carol.accepts(code)
    assert (carol.heard, carol.view.unread) == (["between us"], 1)


@pytest.mark.parametrize("way", ["accept", "call back", "open the link"])
def test_there_are_three_ways_to_answer(alice: Person, carol: Person, code: str, way: str) -> None:
    """Who calls back, or opens the room's link, while it rings has answered, as by Accept; twice is once."""
    ways: dict[str, Callable[[], object]] = {
        "accept": lambda: carol.accepts(code),
        "call back": lambda: carol.calls(alice),
        "open the link": lambda: carol.joins(code),
    }
    alice.invites(carol)
    ways[way]()
    before = carol.view
    ways[way]()
    assert carol.view == before
    assert (carol.status, carol.company) == (Status.IN_CALL, ["Alice", "Bob"])


def test_only_the_invited_can_answer(alice: Person, bob: Person, carol: Person, dave: Person, code: str) -> None:
    """Accept by those in the room changes nothing; by a stranger it is refused."""
    alice.invites(carol)
    for person in (alice, bob):
        person.accepts(code)
    with pytest.raises(UnknownError, match="over"):
        dave.accepts(code)
    assert carol.status is Status.INCOMING


def test_who_waits_alone_can_invite(
    alice: Person, bob: Person, clock: FakeClock, changes: list[Change], registry: Registry
) -> None:
    """In a room of one's own it is a call like any other: it begins with the answer, and the inviter has rung."""
    room = alice.opens_room()
    clock.advance(60)
    alice.invites(bob)
    assert (alice.view.other, bob.view.other) == (None, alice.me)
    clock.advance(5)
    bob.accepts(room)
    clock.advance(20)
    bob.puts_down(room)
    [call] = ended(changes)
    past = past_call(call, date)
    assert (past.caller, past.participants, past.duration.total_seconds()) == ("Alice", ("Alice", "Bob"), 20)
    assert registry.snapshot().rooms == ()


# Refusals


@pytest.mark.parametrize("where", ["rung", "calling", "in a call", "alone in a room", "invited elsewhere"])
def test_a_busy_person_cannot_be_invited(
    registry: Registry, alice: Person, bob: Person, carol: Person, dave: Person, where: str, changes: list[Change]
) -> None:
    """As with a call: the inviter reads that they are busy and stays in the room, they see a missed call and stay
    where they are, and it is reported."""
    code = connect(alice, bob)
    if where == "invited elsewhere":
        connect(dave, Person.enters(registry, "Eve"))
    ways: dict[str, Callable[[], object]] = {
        "rung": lambda: dave.calls(carol),
        "calling": lambda: carol.calls(dave),
        "in a call": lambda: connect(carol, dave),
        "alone in a room": carol.opens_room,
        "invited elsewhere": lambda: dave.invites(carol),
    }
    ways[where]()
    before = carol.me
    with pytest.raises(BusyError, match="Carol is in another call"):
        alice.invites(carol)
    assert (alice.me.room, told(alice)) == (code, (EndReason.BUSY, ("Carol",), False))
    assert (carol.me, carol.missed, carol.reason) == (before, [alice.id], None)
    assert [call.reason for call in ended(changes)] == [EndReason.BUSY]
    assert changes[-1].audience == {alice.id, carol.id}


def test_nobody_invites_who_is_not_in_a_room(alice: Person, bob: Person, carol: Person, dave: Person) -> None:
    """Out of a call, and while it rings for oneself, on either side, there is nothing to invite to."""
    with pytest.raises(UnknownError, match="not in a room"):
        alice.invites(carol)
    alice.calls(bob)
    for person in (alice, bob):
        with pytest.raises(UnknownError, match="not in a room"):
            person.invites(carol)
    connect(carol, dave)
    eve = Person.enters(alice.registry, "Eve")
    carol.invites(eve)
    with pytest.raises(UnknownError, match="not in a room"):
        eve.invites(alice)


def test_inviting_oneself_or_somebody_who_has_gone_is_refused(
    registry: Registry, alice: Person, carol: Person, code: str
) -> None:
    """Either raises and changes nothing."""
    carol.leaves()
    before = registry.snapshot()
    with pytest.raises(InputError, match="cannot invite yourself"):
        alice.invites(alice)
    with pytest.raises(UnknownError, match="not here any more"):
        alice.invites(carol)
    assert registry.snapshot() == before


def test_a_place_is_kept_for_the_invited(clock: FakeClock) -> None:
    """While it rings the room is full for the next one, invited or by the link, who is told so and has missed nothing;
    once it was declined the place is free."""
    registry = Registry(clock=clock, capacity=3)
    alice, bob, carol, dave = (Person.enters(registry, name) for name in ("Alice", "Bob", "Carol", "Dave"))
    code = connect(alice, bob)
    alice.invites(carol)
    before = registry.snapshot()
    for act in (lambda: alice.invites(dave), lambda: dave.joins(code)):
        with pytest.raises(RoomFullError, match="it holds 3"):
            act()
    assert (registry.snapshot(), dave.missed) == (before, [])
    carol.puts_down(code)
    alice.invites(dave)
    dave.accepts(code)
    assert alice.company == ["Bob", "Dave"]


# Pressing twice


def test_inviting_twice_is_one_ring(alice: Person, bob: Person, carol: Person, code: str) -> None:
    """A second press, by oneself or another in the room, ringing or answered, changes nothing."""
    alice.invites(carol)
    for _ in range(2):
        before = carol.view
        for person in (alice, bob):
            person.invites(carol)
        assert carol.view == before
        carol.accepts(code)
    assert carol.view.missed == ()


def test_an_answer_after_the_end_is_refused(alice: Person, carol: Person, code: str) -> None:
    """Whoever accepts what was cancelled meanwhile is told so, and is not in the room."""
    alice.invites(carol)
    alice.cancels_invite(carol)
    with pytest.raises(UnknownError, match="cancelled"):
        carol.accepts(code)
    assert carol.status is Status.IDLE


# Ending without an answer


def test_nobody_answers_an_invitation(
    registry: Registry, alice: Person, bob: Person, carol: Person, code: str, clock: FakeClock, changes: list[Change]
) -> None:
    """After 30 s on the registry's clock the invited has missed a call, and the inviter reads of it in the room."""
    clock.advance(100)
    alice.invites(carol)
    clock.advance(29.75)
    registry.expire()
    assert carol.status is Status.INCOMING
    clock.advance(0.25)
    registry.expire()
    assert (carol.status, carol.missed, told(carol)) == (
        Status.IDLE,
        [alice.id],
        (EndReason.NO_ANSWER, ("Alice",), True),
    )
    assert (alice.me.room, told(alice), told(bob)) == (code, (EndReason.NO_ANSWER, ("Carol",), False), None)
    [call] = ended(changes)
    past = past_call(call, date)
    assert (past.caller, past.participants, past.reason, past.answered_at) == (
        "Alice",
        ("Alice", "Carol"),
        "no_answer",
        None,
    )
    assert (past.ended_at - past.started_at).total_seconds() == 30


def test_an_invitation_is_declined(alice: Person, bob: Person, carol: Person, code: str, changes: list[Change]) -> None:
    """The inviter is told, nobody else; who declines knows of it, so it is no missed call."""
    alice.invites(carol)
    carol.puts_down(code)
    assert (carol.status, carol.missed, told(carol)) == (Status.IDLE, [], (EndReason.DECLINED, ("Alice",), False))
    assert (told(alice), told(bob)) == ((EndReason.DECLINED, ("Carol",), False), None)
    assert alice.company == ["Bob"]
    assert [call.reason for call in ended(changes)] == [EndReason.DECLINED]


def test_an_invitation_is_cancelled(alice: Person, bob: Person, carol: Person, code: str) -> None:
    """By who has invited and nobody else: the invited has missed a call, and the inviter need not be told. Twice is
    once, and it never puts anybody out of the room."""
    alice.invites(carol)
    bob.cancels_invite(carol)
    assert carol.status is Status.INCOMING
    for _ in range(2):
        alice.cancels_invite(carol)
        assert (carol.status, told(carol)) == (Status.IDLE, (EndReason.CANCELLED, ("Alice",), True))
        assert told(alice) is None
    alice.invites(carol)
    carol.accepts(code)
    alice.cancels_invite(carol)
    assert (carol.me.room, carol.missed) == (code, [alice.id])


def test_inviting_again_clears_what_was_told(alice: Person, carol: Person, code: str) -> None:
    """Nobody reads `Declined` while it rings anew."""
    alice.invites(carol)
    carol.puts_down(code)
    alice.invites(carol)
    assert (told(alice), told(carol)) == (None, None)


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_the_invitation_ends_with_the_call(
    alice: Person, bob: Person, carol: Person, code: str, who: str, changes: list[Change]
) -> None:
    """Two and one who rings are no group: when either goes, the call is over for both, and the third has missed one."""
    alice.invites(carol)
    {"alice": alice, "bob": bob}[who].puts_down(code)
    assert [told(person) for person in (alice, bob, carol)] == [
        (EndReason.HANGUP, ("Bob",), False),
        (EndReason.HANGUP, ("Alice",), False),
        (EndReason.CANCELLED, ("Alice",), True),
    ]
    assert {call.reason for call in ended(changes)} == {EndReason.CANCELLED, EndReason.HANGUP}
    assert alice.registry.snapshot().rooms == ()


@pytest.mark.parametrize("lost", [False, True])
def test_the_invitation_ends_with_its_inviter(
    registry: Registry, clock: FakeClock, alice: Person, bob: Person, carol: Person, dave: Person, *, lost: bool
) -> None:
    """Nobody is called by one who has gone, with a word or without: what the others of the group ring goes on."""
    code, eve = gather(alice, bob, carol), Person.enters(registry, "Eve")
    if lost:
        registry.detach(alice.seat)
        clock.advance(14)
    alice.invites(dave)
    bob.invites(eve)
    if lost:
        clock.advance(1)
        registry.expire()
    else:
        alice.puts_down(code)
    assert (dave.status, dave.missed, told(dave)) == (
        Status.IDLE,
        [alice.id],
        (EndReason.CANCELLED, ("Alice",), True),
    )
    assert (eve.status, bob.company, bob.view.invited) == (Status.INCOMING, ["Carol"], (eve.me,))


@pytest.mark.parametrize("lost", [False, True])
def test_the_invited_goes_away(
    registry: Registry, alice: Person, carol: Person, code: str, clock: FakeClock, *, lost: bool
) -> None:
    """Who signs out while it rings has declined; a tab that stays away was lost. The inviter is told which."""
    alice.invites(carol)
    if lost:
        registry.detach(carol.seat)
        clock.advance(15)
        registry.expire()
    else:
        carol.leaves()
    reason = EndReason.CONNECTION_LOST if lost else EndReason.DECLINED
    assert (told(alice), alice.me.room, alice.view.invited) == ((reason, ("Carol",), False), code, ())


def test_who_has_left_a_group_can_be_invited_back(alice: Person, bob: Person, carol: Person) -> None:
    """They come in as the last, and count once among all who were there."""
    code = gather(alice, bob, carol)
    bob.puts_down(code)
    carol.invites(bob)
    assert bob.reason is None
    bob.accepts(code)
    assert alice.company == ["Carol", "Bob"]
    assert alice.view.room is not None
    assert sorted(person.name for person in alice.view.room.attended) == ["Alice", "Bob", "Carol"]

"""Rooms by link: opening, joining, the chat, and going again."""

import pytest

import calls.registry
from calls.errors import IllegalTransitionError, InputError, RoomFullError, UnknownError
from calls.registry import Registry
from calls.rooms import Change
from calls.states import EndReason, Status
from tests.people import FakeClock, Person, connect

# Coming in


def test_a_room_is_opened_alone(alice: Person) -> None:
    """Who opens a room is IN_CALL in it alone: nothing rings, and no call has started."""
    code = alice.opens_room()
    room = alice.view.room
    assert room is not None
    assert (room.code, room.members, room.call, room.started_at) == (code, (alice.id,), None, None)
    assert (alice.status, alice.view.other) == (Status.IN_CALL, None)


def test_a_room_is_joined_by_its_code(alice: Person, bob: Person, clock: FakeClock) -> None:
    """However the code is typed, both are in the room, first come first, and the call's clock runs from then on."""
    code = alice.opens_room()
    clock.advance(100)
    assert bob.joins(f" {code.upper().replace('-', ' ')} ") == code
    room = alice.view.room
    assert room is not None
    assert (room.members, room.started_at) == ((alice.id, bob.id), clock.now)
    assert [person.id for person in room.attended] == [alice.id, bob.id]
    assert (bob.status, bob.view.other) == (Status.IN_CALL, alice.me)


def test_joining_twice_is_joining_once(alice: Person, bob: Person) -> None:
    """A second press of Join, and a full room that one is in oneself, are no error and change nothing."""
    code = alice.opens_room()
    bob.joins(code)
    before = bob.view
    assert bob.joins(code) == alice.joins(code) == code
    assert bob.view == before


def test_opening_twice_opens_one_room(registry: Registry, alice: Person) -> None:
    """A second press of New room is refused: one is in a room already, and stays in it."""
    code = alice.opens_room()
    with pytest.raises(IllegalTransitionError):
        alice.opens_room()
    assert [room.code for room in registry.snapshot().rooms] == [code]


@pytest.mark.parametrize(("code", "error"), [("nonsense", InputError), ("0000-0000-0000", UnknownError)])
def test_a_wrong_code_opens_nothing(
    registry: Registry, alice: Person, bob: Person, code: str, error: type[Exception]
) -> None:
    """What is no code and a code that no room has are told apart, and neither changes anything."""
    alice.opens_room()
    before = registry.snapshot()
    with pytest.raises(error):
        bob.joins(code)
    assert registry.snapshot() == before


def test_a_ringing_room_cannot_be_joined(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """While it rings a code is as good as none, for a stranger, for the caller and for the callee, who must accept."""
    code = alice.calls(bob)
    before = registry.snapshot()
    for person in (alice, bob, carol):
        with pytest.raises(UnknownError, match="No room has this code"):
            person.joins(code)
    assert registry.snapshot() == before


def test_a_full_room_takes_nobody_in(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """A call of two is full: the third is told how many it holds, and stays IDLE."""
    code = connect(alice, bob)
    before = registry.snapshot()
    with pytest.raises(RoomFullError, match="it holds 2"):
        carol.joins(code)
    assert registry.snapshot() == before


def test_nobody_is_in_two_rooms(alice: Person, bob: Person) -> None:
    """Who is in a room has to leave it before joining another."""
    code = alice.opens_room()
    other = bob.opens_room()
    with pytest.raises(IllegalTransitionError, match="Hang up first"):
        bob.joins(code)
    assert bob.me.room == other


# Going


def test_leaving_an_empty_room_is_no_call(registry: Registry, alice: Person, changes: list[Change]) -> None:
    """A room that nobody else came into closes without an ending and without a row in the history."""
    alice.puts_down(alice.opens_room())
    assert (alice.status, alice.reason) == (Status.IDLE, None)
    assert registry.snapshot().rooms == ()
    assert not any(change.ended for change in changes)


def test_a_room_of_two_ends_like_a_call(alice: Person, bob: Person, clock: FakeClock, changes: list[Change]) -> None:
    """When one of two hangs up, both are told, it is reported with how long they talked, and the code is dead."""
    code = alice.opens_room()
    clock.advance(9)
    bob.joins(code)
    clock.advance(4)
    bob.puts_down(code)
    for person, other in ((alice, "Bob"), (bob, "Alice")):
        ending = person.view.ending
        assert ending is not None
        assert (ending.reason, ending.name, ending.seconds) == (EndReason.HANGUP, other, 4)
    assert [call.reason for change in changes for call in change.ended] == [EndReason.HANGUP]
    with pytest.raises(UnknownError):
        bob.joins(code)


@pytest.fixture
def trio(clock: FakeClock) -> tuple[Registry, Person, Person, Person, str]:
    """Three people in one room that holds three; it began as a call of two."""
    registry = Registry(clock=clock, capacity=3)
    alice, bob, carol = (Person.enters(registry, name) for name in ("Alice", "Bob", "Carol"))
    code = connect(alice, bob)
    carol.joins(code)
    return registry, alice, bob, carol, code


def test_one_of_three_goes_and_the_others_stay(trio: tuple[Registry, Person, Person, Person, str]) -> None:
    """Who goes is told that their call has ended; the two who stay go on, untold, and nothing is reported."""
    registry, alice, bob, carol, code = trio
    heard: list[Change] = []
    registry.listen(heard.append)
    alice.puts_down(code)
    assert (alice.status, alice.reason) == (Status.IDLE, EndReason.HANGUP)
    assert (bob.me.room, carol.me.room, bob.reason, carol.reason) == (code, code, None, None)
    assert bob.view.room is not None
    assert bob.view.room.members == (bob.id, carol.id)
    assert not any(change.ended for change in heard)


def test_the_last_two_of_three_end_the_call_once(trio: tuple[Registry, Person, Person, Person, str]) -> None:
    """It is reported when the last two part, with all three who were in it, once each even if one came twice."""
    registry, alice, bob, carol, code = trio
    heard: list[Change] = []
    registry.listen(heard.append)
    alice.puts_down(code)
    alice.joins(code)
    for person in (bob, alice, carol):
        person.puts_down(code)
    [call] = [call for change in heard for call in change.ended]
    assert sorted(person.name for person in call.room.attended) == ["Alice", "Bob", "Carol"]
    assert (alice.reason, bob.reason, carol.reason) == (EndReason.HANGUP,) * 3


def test_the_clock_of_a_call_runs_on_when_another_comes(
    trio: tuple[Registry, Person, Person, Person, str], clock: FakeClock
) -> None:
    """Whoever comes or goes, the call began when there were first two in it."""
    _, alice, bob, _, code = trio
    began = clock.now
    alice.puts_down(code)
    clock.advance(5)
    alice.joins(code)
    assert bob.view.room is not None
    assert bob.view.room.started_at == began


def test_one_of_three_is_lost(trio: tuple[Registry, Person, Person, Person, str], clock: FakeClock) -> None:
    """A tab that stays away takes only itself out of a group."""
    registry, alice, bob, carol, _ = trio
    registry.detach(alice.seat)
    clock.advance(15)
    registry.expire()
    assert [room.members for room in registry.snapshot().rooms] == [(bob.id, carol.id)]
    assert (bob.status, carol.status) == (Status.IN_CALL, Status.IN_CALL)


def test_a_place_that_is_free_again_can_be_taken(trio: tuple[Registry, Person, Person, Person, str]) -> None:
    """A room of three is full with three, and open to a fourth person once one has gone."""
    registry, alice, _, carol, code = trio
    dave = Person.enters(registry, "Dave")
    with pytest.raises(RoomFullError, match="it holds 3"):
        dave.joins(code)
    alice.puts_down(code)
    assert dave.joins(code) == code
    assert carol.view.room is not None
    assert carol.view.room.members[-1] == dave.id


# The chat


def test_what_one_says_is_read_by_the_room_alone(
    alice: Person, bob: Person, carol: Person, clock: FakeClock, changes: list[Change]
) -> None:
    """A message reaches both, cleaned, with its author and time; who is outside neither sees it nor is woken by it."""
    connect(alice, bob)
    alice.says("  hello\r\nyou ")
    assert bob.view.room is not None
    [message] = bob.view.room.messages
    assert (message.author, message.name, message.text, message.at) == (alice.id, "Alice", "hello\nyou", clock.now)
    assert carol.heard == []
    assert changes[-1].audience == {alice.id, bob.id}


def test_nobody_talks_into_the_void(alice: Person, bob: Person) -> None:
    """Out of a room, and while it still rings, a message is refused."""
    with pytest.raises(UnknownError, match="not in a room"):
        alice.says("hello")
    alice.calls(bob)
    for person in (alice, bob):
        with pytest.raises(UnknownError, match="not in a room"):
            person.says("hello")


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2_001, "a\x00b"])
def test_a_bad_message_is_not_said(alice: Person, bob: Person, text: str) -> None:
    """It raises, and nothing is added to the chat."""
    connect(alice, bob)
    with pytest.raises(InputError):
        alice.says(text)
    assert alice.heard == []


def test_a_chat_ends_somewhere(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """One room cannot fill the server's memory: beyond its length a chat takes no more, and loses nothing."""
    monkeypatch.setattr(calls.registry, "CHAT_LENGTH", 2)
    alice.opens_room()
    alice.says("one")
    alice.says("two")
    with pytest.raises(InputError, match="full"):
        alice.says("three")
    assert alice.heard == ["one", "two"]


def test_unread_counts_what_others_have_said_since(registry: Registry, alice: Person, bob: Person) -> None:
    """One's own messages are never unread; reading sets the count to nothing, for oneself only."""
    connect(alice, bob)
    for person, text in ((alice, "one"), (bob, "two"), (alice, "three")):
        person.says(text)
    assert (alice.view.unread, bob.view.unread) == (1, 2)
    registry.mark_read(bob.id)
    assert (alice.view.unread, bob.view.unread) == (1, 0)
    alice.says("four")
    assert bob.view.unread == 1


def test_unread_starts_anew_in_the_next_room(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """What was read in one room does not count for another, and out of a room nothing is unread."""
    code = connect(alice, bob)
    alice.says("one")
    registry.mark_read(bob.id)
    alice.puts_down(code)
    assert bob.view.unread == 0
    connect(carol, bob)
    carol.says("two")
    assert bob.view.unread == 1

"""Rooms by link: opening, joining, the chat, and going again."""

from collections.abc import Callable

import pytest

import calls.limits
from calls.errors import IllegalTransitionError, InputError, RoomFullError, UnknownError
from calls.history import past_call
from calls.paths import MediaPath
from calls.registry import Registry
from calls.rooms import Change, Ending, Layout, Tile
from calls.states import EndReason, Status
from tests.people import FakeClock, Person, connect, date

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


def test_a_room_is_open_until_the_last_one_leaves(registry: Registry, alice: Person) -> None:
    """For its code in any form that a person may type."""
    code = alice.opens_room()
    assert all(registry.is_open(typed) for typed in (code, code.upper(), code.replace("-", " ")))
    alice.puts_down(code)
    assert not registry.is_open(code)


def test_opening_twice_opens_one_room(registry: Registry, alice: Person, bob: Person) -> None:
    """A second press of New room is the first one; in company it is refused, and one stays where one is."""
    code = alice.opens_room()
    assert alice.opens_room() == code
    bob.joins(code)
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
    assert not registry.is_open(code)
    assert registry.snapshot() == before


def test_a_ringing_room_cannot_be_joined(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """While it rings a code is as good as none, for a stranger, for the caller and for the callee, who must accept."""
    code = alice.calls(bob)
    assert not registry.is_open(code)
    before = registry.snapshot()
    for person in (alice, bob, carol):
        with pytest.raises(UnknownError, match="No room has this code"):
            person.joins(code)
    assert registry.snapshot() == before


def test_a_full_room_takes_nobody_in(registry: Registry, alice: Person) -> None:
    """Eight may be in a room: the ninth is told how many it holds, and stays IDLE."""
    code = alice.opens_room()
    for number in range(7):
        Person.enters(registry, f"Guest {number}").joins(code)
    ninth = Person.enters(registry, "Zoe")
    before = registry.snapshot()
    with pytest.raises(RoomFullError, match="it holds 8"):
        ninth.joins(code)
    assert registry.snapshot() == before


def test_a_server_may_have_smaller_rooms(clock: FakeClock) -> None:
    """Where a room holds two, a call of two is full."""
    registry = Registry(clock=clock, capacity=2)
    alice, bob, carol = (Person.enters(registry, name) for name in ("Alice", "Bob", "Carol"))
    code = connect(alice, bob)
    with pytest.raises(RoomFullError, match="it holds 2"):
        carol.joins(code)
    assert registry.capacity == 2


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
        assert (ending.reason, ending.names, ending.seconds) == (EndReason.HANGUP, (other,), 4)
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


def test_one_of_three_goes_and_the_others_stay(
    trio: tuple[Registry, Person, Person, Person, str], clock: FakeClock
) -> None:
    """Who goes is told that their call has ended; the two who stay go on, untold, and nothing is reported."""
    registry, alice, bob, carol, code = trio
    heard: list[Change] = []
    registry.listen(heard.append)
    clock.advance(7)
    alice.puts_down(code)
    assert alice.status is Status.IDLE
    ending = alice.view.ending
    assert ending is not None
    assert (ending.reason, ending.names, ending.seconds) == (EndReason.HANGUP, ("Bob", "Carol"), 7)
    assert (bob.me.room, carol.me.room, bob.reason, carol.reason) == (code, code, None, None)
    assert bob.view.room is not None
    assert bob.view.room.members == (bob.id, carol.id)
    assert not any(change.ended for change in heard)


def test_one_of_three_is_left_alone(trio: tuple[Registry, Person, Person, Person, str], clock: FakeClock) -> None:
    """The call ends when only one is left, and is reported then, once, with all three who were in it, even if one came
    twice. The one who is left stays in the room, untold, and closes it by going, however much later."""
    registry, alice, bob, carol, code = trio
    heard: list[Change] = []
    registry.listen(heard.append)
    alice.puts_down(code)
    alice.joins(code)
    for person in (bob, alice):
        clock.advance(10)
        person.puts_down(code)
    [call] = [call for change in heard for call in change.ended]
    past = past_call(call, date)
    assert (past.caller, sorted(past.participants)) == ("Alice", ["Alice", "Bob", "Carol"])
    assert (past.duration.total_seconds(), past.reason) == (20, EndReason.HANGUP)
    assert (carol.status, carol.me.room, carol.company, carol.reason) == (Status.IN_CALL, code, [], None)
    clock.advance(3_600)
    carol.puts_down(code)
    assert carol.view.ending == Ending(EndReason.HANGUP, (), clock.now)
    assert len([call for change in heard for call in change.ended]) == 1
    assert registry.snapshot().rooms == ()


def test_a_room_that_stayed_open_can_be_joined(
    trio: tuple[Registry, Person, Person, Person, str], clock: FakeClock
) -> None:
    """Whoever comes to the one who is left begins another call, with its own clock and its own report, in the same room
    with the same chat; the room goes on staying open."""
    registry, alice, bob, carol, code = trio
    carol.says("still here")
    for person in (alice, bob):
        person.puts_down(code)
    heard: list[Change] = []
    registry.listen(heard.append)
    clock.advance(600)
    bob.joins(code)
    assert bob.heard == ["still here"]
    assert bob.view.room is not None
    assert (bob.view.room.started_at, bob.company) == (clock.now, ["Carol"])
    clock.advance(5)
    bob.puts_down(code)
    [call] = [call for change in heard for call in change.ended]
    past = past_call(call, date)
    assert (past.caller, list(past.participants), past.duration.total_seconds()) == (None, ["Carol", "Bob"], 5)
    assert (carol.me.room, carol.reason, bob.reason) == (code, None, EndReason.HANGUP)


def test_how_long_one_talked_counts_from_when_one_came(
    alice: Person, bob: Person, carol: Person, clock: FakeClock
) -> None:
    """Who comes late is told the length of the own stay, not of the call; who waited is told the call's."""
    code = alice.opens_room()
    clock.advance(100)
    bob.joins(code)
    clock.advance(60)
    carol.joins(code)
    clock.advance(5)
    seconds = []
    for person in (carol, alice):
        person.puts_down(code)
        assert person.view.ending is not None
        seconds.append(person.view.ending.seconds)
    assert seconds == [5, 65]


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
    """A tab that stays away takes only itself out of a group, and a second one too; the third closes the room."""
    registry, alice, bob, carol, _ = trio
    heard: list[Change] = []
    registry.listen(heard.append)
    for person, left in ((alice, [bob.id, carol.id]), (bob, [carol.id]), (carol, [])):
        registry.detach(person.seat)
        clock.advance(15)
        registry.expire()
        assert [who for room in registry.snapshot().rooms for who in room.members] == left
    assert [call.reason for change in heard for call in change.ended] == [EndReason.CONNECTION_LOST]


def test_all_of_a_group_are_lost_at_once(trio: tuple[Registry, Person, Person, Person, str], clock: FakeClock) -> None:
    """The call is reported once, and nobody is left in a room."""
    registry, *people, _ = trio
    heard: list[Change] = []
    registry.listen(heard.append)
    for person in people:
        registry.detach(person.seat)
    clock.advance(15)
    registry.expire()
    assert [call.reason for change in heard for call in change.ended] == [EndReason.CONNECTION_LOST]
    assert registry.snapshot().rooms == ()


def test_who_spoke_last_is_known_while_they_are_there(trio: tuple[Registry, Person, Person, Person, str]) -> None:
    """The last one comes first, each once; who has gone speaks no more, and no stranger ever did."""
    registry, alice, bob, carol, code = trio
    for person in (alice, bob, carol, bob, Person.enters(registry, "Dave")):
        registry.speaks(code, person.id)
    assert [room.speakers for room in registry.snapshot().rooms] == [(bob.id, carol.id, alice.id)]
    heard: list[Change] = []
    registry.listen(heard.append)
    registry.speaks(code, bob.id)
    assert heard == []
    bob.puts_down(code)
    assert [room.speakers for room in registry.snapshot().rooms] == [(carol.id, alice.id)]


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


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2_001, "\x00"])
def test_a_bad_message_is_not_said(alice: Person, bob: Person, text: str) -> None:
    """It raises, and nothing is added to the chat."""
    connect(alice, bob)
    with pytest.raises(InputError):
        alice.says(text)
    assert alice.heard == []


def test_a_chat_ends_somewhere(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """One room cannot fill the server's memory: beyond its length a chat takes no more, and loses nothing."""
    monkeypatch.setattr(calls.limits, "CHAT_LENGTH", 2)
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
    bob.reads_on()
    assert (alice.view.unread, bob.view.unread) == (1, 0)
    alice.says("four")
    assert bob.view.unread == 1


def test_unread_starts_anew_in_the_next_room(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """What was read in one room does not count for another, and out of a room nothing is unread."""
    code = connect(alice, bob)
    alice.says("one")
    bob.reads_on()
    alice.puts_down(code)
    assert bob.view.unread == 0
    connect(carol, bob)
    carol.says("two")
    assert bob.view.unread == 1


def test_a_room_begins_with_its_own_layout(registry: Registry, alice: Person, bob: Person) -> None:
    """What was chosen is that room's; it stays while one is there."""
    code = alice.opens_room()
    bob.joins(code)
    registry.choose_layout(alice.id, Layout.PIN, Tile(bob.id))
    alice.says("hello")
    assert (alice.me.layout, alice.me.pinned) == (Layout.PIN, Tile(bob.id))
    alice.puts_down(code)
    alice.opens_room()
    assert (alice.me.layout, alice.me.pinned) == (Layout.AUTO, None)


@pytest.mark.parametrize(
    ("does", "reads"),
    [
        (
            lambda registry, who: registry.choose_layout(who, Layout.PIN, Tile("x")),
            "You are not in a room, so this reaches",
        ),
        (lambda registry, who: registry.say(who, "", "hello"), "You are not in a room, so this reaches nobody."),
        (lambda registry, who: registry.join(who, "abcd-efgh-ijkl"), "No room has this code. It may have closed: ask"),
        (lambda registry, who: registry.choose_path(who, MediaPath.DIRECT), "You are in no call, so there is no path"),
        (lambda registry, who: registry.signal(who, "x", "offer", "{}"), "There is no such direct call of yours, or"),
        (lambda registry, who: registry.accept(who, "x"), "This call is over: it was cancelled or has"),
    ],
)
def test_who_is_in_no_room_reads_why_not(
    registry: Registry, alice: Person, does: Callable[[Registry, str], object], reads: str
) -> None:
    """A sentence that a page can show."""
    with pytest.raises(UnknownError, match=f"^{reads}"):
        does(registry, alice.id)


def test_only_who_is_in_the_room_can_be_pinned(trio: tuple[Registry, Person, Person, Person, str]) -> None:
    """Whatever a page says instead is refused, and kept nowhere."""
    registry, alice, bob, _, _ = trio
    registry.choose_layout(alice.id, Layout.PIN, Tile(bob.id))
    dave = Person.enters(registry, "Dave")
    for whom in (dave.id, "x" * 100_000):
        with pytest.raises(UnknownError):
            registry.choose_layout(alice.id, Layout.PIN, Tile(whom))
    assert (alice.me.layout, alice.me.pinned) == (Layout.PIN, Tile(bob.id))


def test_those_who_were_lost_find_each_other_again(registry: Registry, alice: Person, bob: Person) -> None:
    """The room is there for the first of them, and the others come into it; what is said in it begins again."""
    code = connect(alice, bob)
    alice.says("before")
    alice.puts_down(code)
    for person in (alice, bob):
        assert registry.rejoin(person.id, code.upper()) == code
    assert (alice.company, bob.company, bob.heard) == (["Bob"], ["Alice"], [])
    alice.puts_down(code)
    assert alice.reason is EndReason.HANGUP


def test_who_comes_back_takes_nobodys_place(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """Neither into a call that rings for others, nor beside a call of one's own, nor by what is no code."""
    code = alice.calls(bob)
    with pytest.raises(UnknownError, match="rings for others"):
        registry.rejoin(carol.id, code)
    with pytest.raises(InputError):
        registry.rejoin(carol.id, "no code")
    assert carol.status is Status.IDLE
    carol.opens_room()
    with pytest.raises(IllegalTransitionError):
        registry.rejoin(carol.id, "abcd-efgh-jkmn")

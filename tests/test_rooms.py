"""What the plain data promises: it can be sent as JSON, it cannot be changed, and it knows who depends on a room."""

import json
from dataclasses import FrozenInstanceError, asdict

import pytest

from calls.paths import Direct, MediaPath
from calls.rooms import Call, Message, Participant, Room, Tile, TileKind, View
from calls.states import Status

ALICE, BOB, CAROL = (Participant(name[0].lower(), name, since=1.0, room="code") for name in ("Alice", "Bob", "Carol"))


def view(room: Room | None, *people: Participant) -> View:
    return View(1, ALICE, room, people, ending=None, missed=(), unread=0, epoch=0)


def test_a_room_binds_who_rings_and_then_who_is_in_it() -> None:
    """While it rings, caller and callee depend on the room; once answered, its members and nobody twice."""
    call = Call("a", "b", deadline=30.0)
    ringing = Room("code", 1.0, call)
    answered = Room("code", 1.0, Call("a", "b", 30.0, ringing=False), members=("a", "b"))
    assert (ringing.ringing, ringing.bound) == (True, ("a", "b"))
    assert (answered.ringing, answered.bound) == (False, ("a", "b"))


def test_a_room_entered_by_a_link_does_not_ring() -> None:
    """Without a call there is nothing to ring, and its members are all that depend on it."""
    room = Room("code", 1.0, members=("a",))
    assert (room.ringing, room.rings, room.bound) == (False, (), ("a",))


def test_a_room_binds_who_is_invited() -> None:
    """Whoever is being rung depends on the room that others are in, each of them once."""
    first, second = Call("a", "c", 30.0), Call("a", "d", 31.0)
    room = Room("code", 1.0, Call("a", "b", 30.0, ringing=False), members=("a", "b"), invites=(first, second))
    assert (room.ringing, room.rings, room.bound) == (False, (first, second), ("a", "b", "c", "d"))
    assert [room.ring_of(who) for who in "abcde"] == [None, None, first, second, None]


def test_ones_company_are_the_others_or_the_other_end_of_the_ring() -> None:
    """Who is in a room is with all the others in it; who is not yet, with the one that rings or is rung."""
    ringing = Room("code", 1.0, Call("a", "b", 30.0))
    assert [ringing.company(who) for who in "ab"] == [("b",), ("a",)]
    room = Room("code", 1.0, members=("b", "a", "d"), invites=(Call("a", "c", 30.0),))
    assert [room.company(who) for who in "abcd"] == [("b", "d"), ("a", "d"), ("a",), ("b", "a")]


def test_a_call_begins_with_the_second_and_a_group_with_the_third() -> None:
    """The clock runs from the second on and never starts anew; who comes back is counted once among all who came."""
    room = Room("code", 1.0)
    for now, person in enumerate((ALICE, BOB, CAROL)):
        room = room.entered(person, 10.0 + now)
        assert (room.started_at, room.group) == (11.0 if now else None, now == 2)
    back = room.left("b", 20.0).entered(BOB, 30.0)
    assert (back.members, back.attended, back.started_at) == (("a", "c", "b"), (ALICE, BOB, CAROL), 11.0)


def test_a_screen_takes_a_free_slot_and_gives_it_back() -> None:
    """Nobody else's changes; who goes takes their screen along."""
    room = Room("code", 1.0).entered(ALICE, 1.0).entered(BOB, 2.0).sharing("a", shares=True).entered(CAROL, 3.0)
    screen = Tile("a", TileKind.SCREEN)
    assert room.tiles == (Tile("a"), Tile("b"), screen, Tile("c"))
    assert room.sharing("a", shares=True) == room
    assert room.sharing("a", shares=False).tiles == (Tile("a"), Tile("b"), None, Tile("c"))
    assert room.left("b", 4.0).sharing("c", shares=True).tiles == (
        Tile("a"),
        Tile("c", TileKind.SCREEN),
        screen,
        Tile("c"),
    )
    assert (room.left("a", 4.0).tiles, room.left("a", 4.0).sharers) == ((None, Tile("b"), None, Tile("c")), ())


def test_who_comes_in_is_not_invited_any_more() -> None:
    """However they came; other invitations go on."""
    other = Call("a", "b", 30.0)
    room = Room("code", 1.0, members=("a",), attended=(ALICE,), invites=(Call("a", "c", 30.0), other))
    assert room.entered(CAROL, 2.0).invites == (other,)


def test_who_is_left_alone_has_a_room_as_if_just_opened() -> None:
    """Nothing of the call that is over is in it, but for the chat, and that it stays open."""
    said = (Message("a", "Alice", "hello", 3.0),)
    room = Room(
        "code", 1.0, Call("a", "b", 30.0, ringing=False), ("a", "c"), 2.0, said, (ALICE, BOB, CAROL), group=True
    )
    assert room.left("a", 9.0) == Room("code", 9.0, None, ("c",), None, said, (CAROL,), group=True)


def test_a_direct_call_ends_with_either_end() -> None:
    """Who stays has nothing of it: neither the way nor who had chosen it. A third one's leaving changes nothing."""
    room = Room("code", 1.0, members=("a", "b", "c"), path=MediaPath.DIRECT, path_by="a", direct=Direct("1", "a", "b"))
    left = room.left("b", 2.0)
    assert (left.path, left.path_reason, left.path_by, left.direct) == (MediaPath.SERVER, None, None, None)
    assert room.left("c", 2.0).direct == room.direct


def test_the_other_is_who_shares_the_room_and_not_who_stands_by() -> None:
    """`other` skips those who are outside the room; it is None alone, and None without a room."""
    room = Room("code", 1.0, members=("a", "c"))
    assert view(room, BOB, CAROL).other == CAROL
    assert view(room, BOB).other is None
    assert view(None, BOB, CAROL).other is None


def test_the_others_stand_in_the_order_they_came() -> None:
    """Not in that of their names; who is being rung is `invited`, and not among them yet."""
    room = Room("code", 1.0, members=("c", "a", "b"))
    assert (view(room, BOB, CAROL).others, view(room, BOB, CAROL).other) == ((CAROL, BOB), CAROL)
    ringing = view(Room("code", 1.0, members=("a",), invites=(Call("a", "b", 30.0),)), BOB, CAROL)
    assert (ringing.others, ringing.other, ringing.invited) == ((), None, (BOB,))
    assert (view(None, BOB).others, view(None, BOB).invited) == ((), ())


def test_the_other_is_known_while_it_still_rings() -> None:
    """Who rings has no members in the room yet, and still has a name to show; for the invited it is who invites."""
    assert view(Room("code", 1.0, Call("b", "a", 30.0)), BOB, CAROL).other == BOB
    room = Room("code", 1.0, members=("b", "c"), invites=(Call("c", "a", 30.0),))
    assert view(room, BOB, CAROL).other == CAROL


def test_a_view_is_json() -> None:
    """Everything a participant may know goes through JSON and comes back the same, status words and all."""
    sent = json.loads(json.dumps(asdict(view(Room("code", 1.0, Call("a", "b", 30.0), attended=(ALICE,)), BOB))))
    assert sent["me"]["status"] == Status.IDLE == "IDLE"
    assert sent["room"]["call"] == {"caller": "a", "callee": "b", "deadline": 30.0, "ringing": True}
    assert sent["company"][0]["name"] == "Bob"


def test_what_is_handed_out_cannot_be_changed() -> None:
    """A page that writes into what it was given gets an error instead of changing everybody's room."""
    with pytest.raises(FrozenInstanceError):
        ALICE.name = "Mallory"  # type: ignore[misc]

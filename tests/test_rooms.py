"""What the plain data promises: it can be sent as JSON, it cannot be changed, and it knows who depends on a room."""

import json
from dataclasses import FrozenInstanceError, asdict

import pytest

from calls.rooms import Call, Participant, Room, View
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
    assert (room.ringing, room.bound) == (False, ("a",))


def test_the_other_is_who_shares_the_room_and_not_who_stands_by() -> None:
    """`other` skips those who are outside the room; it is None alone, and None without a room."""
    room = Room("code", 1.0, members=("a", "c"))
    assert view(room, BOB, CAROL).other == CAROL
    assert view(room, BOB).other is None
    assert view(None, BOB, CAROL).other is None


def test_the_other_is_known_while_it_still_rings() -> None:
    """Who rings has no members in the room yet, and still has a name to show."""
    assert view(Room("code", 1.0, Call("b", "a", 30.0)), BOB, CAROL).other == BOB


def test_a_view_is_json() -> None:
    """Everything a participant may know goes through JSON and comes back the same, status words and all."""
    sent = json.loads(json.dumps(asdict(view(Room("code", 1.0, Call("a", "b", 30.0), attended=(ALICE,)), BOB))))
    assert sent["me"]["status"] == Status.IDLE == "IDLE"
    assert sent["room"]["call"] == {"caller": "a", "callee": "b", "deadline": 30.0, "ringing": True}
    assert sent["people"][0]["name"] == "Bob"


def test_what_is_handed_out_cannot_be_changed() -> None:
    """A page that writes into what it was given gets an error instead of changing everybody's room."""
    with pytest.raises(FrozenInstanceError):
        ALICE.name = "Mallory"  # type: ignore[misc]

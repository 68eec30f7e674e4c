"""Rooms of many: who is there, who is invited, and what one is told when somebody comes or goes."""

import pytest

from calls.registry import Registry
from calls.rooms import Layout, Tile
from calls.states import EndReason, Event, Status
from components import session
from components.reasons import REASONS
from tests.pages.visitor import Visitor
from tests.people import Person


@pytest.fixture
def eve(registry: Registry) -> Person:
    """A third person, who is free."""
    return Person.enters(registry, "Eve")


@pytest.fixture
def calling(bob: Person, ada: Visitor) -> Visitor:
    """Ada, in a call with Bob."""
    ada.calls(bob)
    bob.accepts(bob.me.room or "")
    ada.looks_again()
    return ada


def code(visitor: Visitor) -> str:
    """The room that the visitor is in."""
    room = visitor.tab.room
    assert room
    return room


# Who is there


def test_what_the_stage_shows_is_chosen(calling: Visitor, registry: Registry, bob: Person) -> None:
    """By a message of the page's, whether there is a line or none."""
    assert calling.has("parley_bar")
    assert calling.does("layout", layout="grid")["type"] == "done"
    assert calling.does("layout", layout="pin", pinned={"id": bob.id, "kind": "camera"})["type"] == "done"
    [ada] = [person for person in registry.snapshot().people if person.name == "Ada"]
    assert (ada.layout, ada.pinned) == (Layout.PIN, Tile(bob.id))
    assert calling.does("layout", layout="pin", pinned={"id": "nobody", "kind": "camera"})["code"] == "gone"


# Going


def test_who_hangs_up_leaves_the_others_in_the_room(calling: Visitor, bob: Person, eve: Person) -> None:
    """One line says with whom it was, and the others go on."""
    eve.joins(code(calling))
    calling.looks_again()
    calling.hangs_up()
    assert calling.titles[0] == "Hello, Ada"
    assert any(text.startswith("Call ended · with Bob and Eve, 0:0") for text in calling.reads)
    assert bob.company == ["Eve"]


def test_who_is_left_alone_waits_in_the_room(calling: Visitor, bob: Person, eve: Person) -> None:
    """For whoever comes by the link or an invitation; hanging up ends it at last."""
    eve.joins(code(calling))
    calling.looks_again()
    for person in (bob, eve):
        person.puts_down(code(calling))
    calling.looks_again()
    assert calling.titles == ["Room"]
    calling.hangs_up()
    assert "Call ended" in calling.reads


# Inviting


def test_an_invitation_rings(calling: Visitor, bob: Person, eve: Person) -> None:
    """One press: the call goes on, and the answer brings them in."""
    assert calling.invites(eve) == {"type": "done", "id": "2"}
    assert (eve.status, eve.me.room) == (Status.INCOMING, code(calling))
    assert eve.view.other is not None
    assert eve.view.other.name == "Ada"
    assert calling.titles == ["Room"]
    eve.accepts(code(calling))
    calling.looks_again()
    assert calling.titles == ["Room"]


def test_an_invitation_can_be_taken_back(calling: Visitor, bob: Person, eve: Person, registry: Registry) -> None:
    """By who has made it: others only see that it rings."""
    dave = Person.enters(registry, "Dave")
    bob.invites(dave)
    calling.invites(eve)
    calling.cancels_invite(eve)
    assert (eve.status, eve.missed, dave.status) == (Status.IDLE, [bob.view.others[0].id], Status.INCOMING)


@pytest.mark.parametrize(("busy", "line"), [(False, "Declined · with Eve"), (True, "Busy · with Eve")])
def test_an_invitation_that_nobody_takes_is_told(calling: Visitor, eve: Person, line: str, *, busy: bool) -> None:
    """In one line, which can be dismissed, and the call goes on."""
    calling.looks_again()
    if busy:
        eve.opens_room()
        assert calling.invites(eve)["message"] == "Eve is in another call."
    else:
        calling.invites(eve)
        eve.puts_down(code(calling))
        calling.looks_again()
    assert line in calling.reads
    assert calling.titles == ["Room"]
    calling.does("dismiss")
    assert line not in calling.reads


def test_the_invited_is_told_that_a_call_was_missed(bob: Person, ada: Visitor) -> None:
    """As of any call: by whom, in one line and in the list."""
    room = bob.opens_room()
    bob.registry.invite(bob.id, bob.finds("Ada"))
    bob.puts_down(room)
    ada.looks_again()
    assert "Missed call from Bob" in ada.reads


def test_a_full_room_invites_nobody(calling: Visitor, registry: Registry, eve: Person) -> None:
    """Who is being rung has a place as well."""
    for number in range(registry.capacity - 2):
        Person.enters(registry, f"Guest {number}").joins(code(calling))
    assert calling.invites(eve)["code"] == "room_full"
    [room] = registry.snapshot().rooms
    registry.leave(room.members[-1])
    assert calling.invites(eve)["type"] == "done"


def test_how_many_a_room_holds_is_a_setting(monkeypatch: pytest.MonkeyPatch, registry: Registry) -> None:
    """A server may have smaller rooms."""
    monkeypatch.setenv("PARLEY_ROOM_CAPACITY", "3")
    session.services.close()
    assert (registry.capacity, session.services().registry.capacity) == (8, 3)


# What others see of it


def test_a_group_is_one_call_in_the_history(visitor: Visitor, registry: Registry, bob: Person, eve: Person) -> None:
    """Of all who were in it, written when one is left alone; an invitation that nobody took is another call."""
    carol, dave = Person.enters(registry, "Carol"), Person.enters(registry, "Dave")
    room = bob.registry.call(bob.id, eve.id)
    eve.accepts(room)
    eve.invites(carol)
    carol.accepts(room)
    bob.invites(dave)
    dave.puts_down(room)
    for person in (bob, eve):
        person.puts_down(room)
    visitor.goes_to("history")
    assert {(row["Who"], row["Ended"]) for row in visitor.rows} == {
        ("Bob called Eve, Carol", REASONS[EndReason.HANGUP]),
        ("Bob called Dave", REASONS[EndReason.DECLINED]),
    }
    assert carol.status is Status.IN_CALL


def test_who_is_left_behind_may_go_back_as_well(calling: Visitor, bob: Person, registry: Registry) -> None:
    """The other's connection was lost: both come back into the same room."""
    room = calling.tab.room
    bob.registry._remove(bob.id, Event.LOSE)
    calling.looks_again()
    assert any(text.startswith("Connection lost") for text in calling.reads)
    assert calling.does("rejoin", room=calling.data("parley_ending")["room"])["type"] == "done"
    assert (calling.tab.room, calling.tab.left) == (room, None)
    calling.hangs_up()
    assert not calling.has("parley_ending")

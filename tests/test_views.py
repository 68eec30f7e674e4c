"""A View as data for the browser, and what of it is left for a run of the script."""

from typing import Any

import pytest

from calls.errors import BusyError
from calls.paths import DirectState, MediaPath
from calls.registry import Registry
from calls.rooms import Layout, Tile
from calls.views import overview, page, parts
from tests.people import FakeClock, Person, connect, gather


def room_of(person: Person) -> dict[str, Any]:
    """The room as the person's browser has it."""
    room: dict[str, Any] = parts(person.view, person.registry.capacity)["room"]
    return room


def test_in_no_room_there_is_none(alice: Person, bob: Person) -> None:
    """Nor for whoever still rings; they see who rings, and for which room."""
    code = alice.calls(bob)
    for person, other, incoming in ((alice, "Bob", False), (bob, "Alice", True)):
        seen = parts(person.view, 8)
        assert seen["room"] is None
        sent = {"camera": False, "microphone": False, "screen": False, "layers": ["large"]}
        assert seen["me"] == {"id": person.id, "status": person.status, **sent}
        ring = seen["ring"]
        assert (ring["room"], ring["name"], ring["incoming"]) == (code, other, incoming)
        assert ring["deadline"] > person.me.since
    bob.accepts(code)
    assert parts(bob.view, 8)["ring"] is None


def test_a_room_names_everybody(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """Oneself first, then the others in the order they came, each with what they send."""
    code = gather(alice, bob, carol)
    registry.set_media(bob.id, camera=True, microphone=False)
    room = room_of(carol)
    assert (room["code"], room["since"]) == (code, alice.view.room and alice.view.room.started_at)
    assert [person["name"] for person in room["people"]] == ["Carol", "Alice", "Bob"]
    assert room["people"][2] == {"id": bob.id, "name": "Bob", "camera": True, "microphone": False, "connected": True}


def test_a_room_says_who_is_invited_and_by_whom(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """Who is being rung has a place as well."""
    small = Registry(clock=FakeClock(), capacity=3)
    ann, ben, cem = (Person.enters(small, name) for name in ("Ann", "Ben", "Cem"))
    connect(ann, ben)
    assert (room_of(ann)["invited"], room_of(ann)["most"], room_of(ann)["full"]) == ([], 3, False)
    ben.invites(cem)
    assert room_of(ann)["invited"] == [{"id": cem.id, "name": "Cem", "by": ben.id}]
    assert room_of(ann)["full"] is True


def test_a_room_says_whom_the_stage_shows(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """Who spoke last, or everybody, or who is pinned."""
    code = alice.opens_room()
    assert room_of(alice)["shown"] is None
    bob.joins(code)
    assert (room_of(alice)["shown"], room_of(alice)["layout"]) == ({"id": bob.id, "kind": "camera"}, "speaker")
    carol.joins(code)
    registry.speaks(code, carol.id)
    room = room_of(alice)
    assert (room["speaks"], room["shown"]["id"], room["layout"]) == (carol.id, carol.id, "grid")
    registry.choose_layout(alice.id, Layout.PIN, Tile(bob.id))
    assert (room_of(alice)["shown"]["id"], room_of(alice)["layout"]) == (bob.id, "pin")


def test_a_room_says_who_shares_a_screen(registry: Registry, alice: Person, bob: Person) -> None:
    """It has a tile, and is large; to who shares it is said that they do."""
    connect(alice, bob)
    registry.set_media(bob.id, camera=False, microphone=False, screen=True)
    assert room_of(alice)["shown"] == {"id": bob.id, "kind": "screen"}
    assert {"id": bob.id, "kind": "screen", "slot": 2} in room_of(alice)["tiles"]
    assert [parts(person.view, 8)["me"]["screen"] for person in (alice, bob)] == [False, True]


# What is left for a run


def key(person: Person) -> str:
    return page(person.view, None)


def test_what_others_send_and_say_needs_no_run(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """Nor who speaks, who is being rung, whose connection is gone, and what one sends oneself."""
    code = connect(alice, bob)
    before = key(alice)
    alice.says("hello")
    bob.says("hello")
    registry.speaks(code, bob.id)
    for person in (alice, bob):
        registry.set_media(person.id, camera=True, microphone=True, screen=True)
    alice.invites(carol)
    registry.detach(bob.seat)
    with pytest.raises(BusyError):
        Person.enters(registry, "Dave").calls(alice)
    assert alice.view.company[0].connected is False
    assert key(alice) == before


@pytest.mark.parametrize("what", ["comes", "goes", "path", "status", "seat"])
def test_what_a_run_draws_needs_one(registry: Registry, alice: Person, bob: Person, carol: Person, what: str) -> None:
    """Choosers, streamers, lines about what is over: each change of them has another key."""
    code = gather(alice, bob, Person.enters(registry, "Dave")) if what == "goes" else connect(alice, bob)
    before = key(alice)
    if what == "comes":
        carol.joins(code)
    elif what == "goes":
        bob.puts_down(code)
    elif what == "path":
        registry.choose_path(bob.id, MediaPath.DIRECT)
    elif what == "status":
        bob.puts_down(code)
    else:
        registry.attach(alice.seat.token)
    assert key(alice) != before


def test_a_fourth_who_comes_or_goes_needs_no_run(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """All that changes then is data: titles, rosters, whom one can pin."""
    code, dave = gather(alice, bob, carol), Person.enters(registry, "Dave")
    before = key(alice)
    dave.joins(code)
    assert (key(alice), len(room_of(alice)["people"])) == (before, 4)
    dave.puts_down(code)
    assert key(alice) == before


def test_what_the_stage_shows_needs_no_run(registry: Registry, alice: Person, bob: Person) -> None:
    """The browser lays out."""
    connect(alice, bob)
    before = key(alice)
    registry.choose_layout(alice.id, Layout.PIN, Tile(bob.id))
    assert (key(alice), room_of(alice)["layout"]) == (before, "pin")
    registry.choose_layout(alice.id, Layout.GRID)
    assert key(alice) == before


def test_a_direct_call_is_a_run_when_it_comes_up_and_none_when_somebody_mutes(
    registry: Registry, alice: Person, bob: Person
) -> None:
    """A run feeds the component that makes the connection; who sends what is data."""
    connect(alice, bob)
    registry.choose_path(alice.id, MediaPath.DIRECT)
    room = alice.view.room
    assert room is not None
    assert room.direct is not None
    before = key(alice)
    registry.set_media(bob.id, camera=True, microphone=True)
    assert key(alice) == before
    registry.report_direct(bob.id, room.direct.id, DirectState.UP)
    assert key(alice) != before


def test_missed_calls_come_latest_first(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """With who it was, and when."""
    for caller in (bob, carol):
        caller.puts_down(caller.calls(alice))
    missed = parts(alice.view, 8)["missed"]
    assert [call["name"] for call in missed] == ["Carol", "Bob"]
    assert missed[0]["at"] == registry.now


def test_what_goes_on_has_everybody_and_no_code(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """With status and company; a call that rings is no room yet."""
    code = connect(alice, bob)
    dave = Person.enters(registry, "Dave")
    carol.calls(dave)
    told = overview(registry.snapshot())
    alice.invites(Person.enters(registry, "Eve"))
    assert (told["rooms"], told["ringing"]) == (1, 1)
    assert overview(registry.snapshot())["ringing"] == 2
    assert [(person["name"], person["status"], person["company"]) for person in told["people"]] == [
        ("Alice", "IN_CALL", ["Bob"]),
        ("Bob", "IN_CALL", ["Alice"]),
        ("Carol", "OUTGOING", ["Dave"]),
        ("Dave", "INCOMING", ["Carol"]),
    ]
    assert code not in str(told)


def test_what_anybody_may_see_has_a_key_of_its_own(alice: Person) -> None:
    """For a page that shows it."""
    assert len({page(None, 1), page(None, 2), page(alice.view, 1), page(alice.view, None)}) == 4

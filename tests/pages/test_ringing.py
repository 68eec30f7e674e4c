"""What the dialog of a ringing call says to the server, and what becomes of it."""

from typing import Any

from calls.rooms import Call
from calls.states import Status
from tests.pages.visitor import Visitor
from tests.people import Person, connect


def invites(bob: Person, ada: Visitor) -> Call:
    """Bob invites Ada into his room, and her page draws it."""
    bob.registry.invite(bob.id, bob.finds("Ada"))
    ada.looks_again()
    assert bob.view.room is not None
    return bob.view.room.invites[0]


def answers(ada: Visitor, ring: Call, room: str, act: str) -> dict[str, Any]:
    """The browser says what Ada pressed in the dialog of this ring."""
    return ada.does(act, room=room, deadline=ring.deadline)


def test_an_answer_may_come_twice(ada: Visitor, bob: Person) -> None:
    """In two tabs say: accepted once, it is no error the second time."""
    room = bob.opens_room()
    ring = invites(bob, ada)
    for _ in range(2):
        assert answers(ada, ring, room, "accept")["type"] == "done"
        assert bob.company == ["Ada"]


def test_a_late_answer_is_not_for_the_next_ring(ada: Visitor, bob: Person) -> None:
    """What was said of an invitation that was taken back answers no other one into the same room, nor ends the call."""
    room = bob.opens_room()
    first = invites(bob, ada)
    bob.registry.cancel_invite(bob.id, bob.finds("Ada"))
    second = invites(bob, ada)
    assert answers(ada, first, room, "put_down")["type"] == "done"
    assert answers(ada, first, room, "accept")["code"] == "gone"
    assert [person.status for person in bob.view.invited] == [Status.INCOMING]
    assert answers(ada, second, room, "accept")["type"] == "done"
    assert answers(ada, second, room, "put_down")["type"] == "done"
    assert bob.company == ["Ada"]


def test_without_a_deadline_it_is_whatever_there_is(alice: Person, bob: Person) -> None:
    """A button that hangs up knows of no ring."""
    code = connect(alice, bob)
    alice.registry.put_down(alice.id, code)
    assert bob.status is Status.IDLE

"""What the dialog of a ringing call says to the server, and what becomes of it."""

import json

from calls.rooms import Call
from calls.states import Status
from tests.pages.visitor import Visitor
from tests.people import Person


def invites(bob: Person, ada: Visitor) -> Call:
    """Bob invites Ada into his room, and her page draws it."""
    bob.registry.invite(bob.id, bob.finds("Ada"))
    ada.looks_again()
    assert bob.view.room is not None
    return bob.view.room.invites[0]


def answers(ada: Visitor, bob: Person, ring: Call, *, accepts: bool, times: int = 1) -> None:
    """The browser says what Ada pressed in the dialog of this ring, for the first time or again."""
    [dialog] = [part.proto for part in ada.page.get("bidi_component") if part.proto.component_name == "parley_ringing"]
    said = {"room": bob.me.room, "deadline": ring.deadline, "accepts": accepts, "times": times}
    widgets = ada.widgets
    widgets.widgets.add(id=dialog.id, json_value=json.dumps({"answer": said}))
    ada.reports(widgets)


def test_an_answer_may_come_twice(ada: Visitor, bob: Person) -> None:
    """The dialog says it again while nothing has changed: accepted once, it is no error the second time."""
    bob.opens_room()
    ring = invites(bob, ada)
    for times in (1, 2):
        answers(ada, bob, ring, accepts=True, times=times)
        assert bob.company == ["Ada"]
        assert not ada.page.toast


def test_a_late_answer_is_not_for_the_next_ring(ada: Visitor, bob: Person) -> None:
    """What was said of an invitation that was taken back does not decline the next one into the same room."""
    bob.opens_room()
    first = invites(bob, ada)
    bob.registry.cancel_invite(bob.id, bob.finds("Ada"))
    second = invites(bob, ada)
    answers(ada, bob, first, accepts=False)
    assert [person.status for person in bob.view.invited] == [Status.INCOMING]
    answers(ada, bob, second, accepts=False)
    assert bob.view.invited == ()

"""What people do, as messages: each is done once, however often it comes, and answered for programs and for people."""

import re

import pytest

from calls import limits
from calls.actions import Actions, read
from calls.errors import SignalError
from calls.paths import MediaPath
from calls.registry import Registry
from calls.rooms import Layout, Tile
from calls.states import Status
from tests.people import Person, connect, gather


@pytest.fixture
def actions(registry: Registry) -> Actions:
    return Actions(registry)


def act(what: str, name: str = "1", **about: object) -> dict[str, object]:
    return {"type": "act", "act": what, "id": name, **about}


def test_a_call_from_ring_to_end(actions: Actions, registry: Registry, alice: Person, bob: Person) -> None:
    """Call, accept and hang up."""
    assert actions.perform(alice.id, read(act("call", whom=bob.id))) == {"type": "done", "id": "1"}
    assert (alice.status, bob.status) == (Status.OUTGOING, Status.INCOMING)
    room = alice.me.room
    assert actions.perform(bob.id, read(act("accept", room=room)))["type"] == "done"
    assert (alice.status, bob.status) == (Status.IN_CALL, Status.IN_CALL)
    assert actions.perform(alice.id, read(act("put_down", "2", room=room)))["type"] == "done"
    assert (alice.status, bob.status) == (Status.IDLE, Status.IDLE)


def test_a_third_is_invited_and_not_waited_for(
    actions: Actions, registry: Registry, alice: Person, bob: Person, carol: Person
) -> None:
    """An invitation, and taking it back."""
    room = alice.opens_room()
    actions.perform(alice.id, read(act("invite", whom=carol.id)))
    assert (carol.status, carol.me.room) == (Status.INCOMING, room)
    actions.perform(alice.id, read(act("cancel_invite", "2", whom=carol.id)))
    assert carol.status is Status.IDLE


def test_an_act_is_done_once(actions: Actions, alice: Person, bob: Person) -> None:
    """Sent again it is answered the same, also when what it did is over; another id is another act."""
    call = read(act("call", whom=bob.id))
    answer = actions.perform(alice.id, call)
    alice.puts_down(alice.me.room or "")
    assert actions.perform(alice.id, call) == answer
    assert (alice.status, bob.status) == (Status.IDLE, Status.IDLE)
    actions.perform(alice.id, read(act("call", "2", whom=bob.id)))
    assert (alice.status, bob.status) == (Status.OUTGOING, Status.INCOMING)


def test_two_may_give_their_acts_the_same_id(actions: Actions, alice: Person, bob: Person, carol: Person) -> None:
    """An id is one participant's own."""
    actions.perform(alice.id, read(act("call", whom=bob.id)))
    assert actions.perform(carol.id, read(act("call", whom=bob.id)))["code"] == "busy"


def test_the_server_is_told_what_is_sent(actions: Actions, alice: Person) -> None:
    """By the page, which knows it before a run does."""
    actions.perform(alice.id, read(act("send", camera=True, microphone=False)))
    assert (alice.me.camera, alice.me.microphone) == (True, False)


def test_so_many_screens_are_shared_at_once(
    actions: Actions, registry: Registry, alice: Person, bob: Person, carol: Person
) -> None:
    """One more is refused with a reason, and what else was said with it is as before; one that ends makes way."""
    code = gather(alice, bob, carol)

    def shares(person: Person, name: str = "1") -> dict[str, object]:
        return actions.perform(person.id, read(act("send", name, camera=True, microphone=True, screen=True)))

    for person in (alice, bob):
        assert shares(person)["type"] == "done"
    answer = shares(carol)
    assert (answer["code"], answer["message"]) == (
        "screens",
        "2 screens are shared already. When one of them ends, you can share yours.",
    )
    assert carol.me.camera is False
    alice.puts_down(code)
    assert shares(carol, "2")["type"] == "done"


def test_the_stage_is_chosen(actions: Actions, alice: Person, bob: Person) -> None:
    """For who chooses alone."""
    connect(alice, bob)
    assert (
        actions.perform(alice.id, read(act("layout", layout="pin", pinned={"id": bob.id, "kind": "camera"})))["type"]
        == "done"
    )
    assert (alice.me.layout, alice.me.pinned, bob.me.layout) == (Layout.PIN, Tile(bob.id), Layout.AUTO)
    assert (
        actions.perform(alice.id, read(act("layout", "2", layout="pin", pinned={"id": "nobody", "kind": "camera"})))[
            "code"
        ]
        == "gone"
    )


def test_what_cannot_be_done_has_a_code_and_a_reason(
    actions: Actions, registry: Registry, alice: Person, bob: Person, carol: Person
) -> None:
    """The code is for programs, the message for the person."""
    carol.opens_room()
    codes = {
        name: actions.perform(alice.id, read(message))
        for name, message in {
            "busy": act("call", "a", whom=carol.id),
            "gone": act("call", "b", whom="nobody"),
            "invalid": act("call", "c", whom=alice.id),
        }.items()
    }
    assert {name: answer["code"] for name, answer in codes.items()} == {name: name for name in codes}
    assert codes["busy"]["message"] == "Carol is in another call."
    alice.opens_room()
    assert actions.perform(alice.id, read(act("call", "d", whom=bob.id)))["code"] == "not_now"
    answers = [actions.perform(bob.id, read(act("call", f"e{i}", whom=carol.id))) for i in range(20)]
    assert answers[-1]["code"] == "rate_limited"


def test_a_call_may_be_direct(actions: Actions, alice: Person, bob: Person) -> None:
    """It rings with an offer then."""
    actions.perform(alice.id, read(act("call", whom=bob.id, direct=True)))
    room = bob.view.room
    assert room is not None
    assert room.path is MediaPath.DIRECT


def test_a_refusal_names_the_act(actions: Actions, alice: Person) -> None:
    """The browser finds by it what was refused."""
    assert actions.perform(alice.id, read(act("call", "7", whom=alice.id))) == {
        "type": "refused",
        "id": "7",
        "code": "invalid",
        "message": "You cannot call yourself.",
    }


def test_those_who_were_answered_last_are_remembered(
    actions: Actions, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of people as of acts: whoever goes on is not forgotten for one who has stopped."""
    monkeypatch.setattr(limits, "ALLOWANCE_KEYS", 1)
    actions.perform(alice.id, read(act("call", whom=alice.id)))
    actions.perform(bob.id, read(act("call", whom=bob.id)))
    assert list(actions._answers) == [bob.id]
    for number in range(limits.ACTS_REMEMBERED):
        actions.perform(bob.id, read(act("put_down", f"n{number}", room="none")))
    assert list(actions._answers[bob.id])[-1] == f"n{limits.ACTS_REMEMBERED - 1}"
    assert "1" not in actions._answers[bob.id]


@pytest.mark.parametrize(
    ("message", "reads"),
    [
        (None, "This act cannot be understood: it: Input should be a valid dictionary or object"),
        (act("call"), "This act cannot be understood: call.whom: Field required."),
    ],
)
def test_a_refusal_says_what_is_missing(message: object, reads: str) -> None:
    """To who writes a client."""
    with pytest.raises(SignalError, match="^" + re.escape(reads)):
        read(message)


def test_only_the_last_answers_are_remembered(actions: Actions, alice: Person, bob: Person) -> None:
    """A browser that never stops costs no more memory."""
    for number in range(2 * limits.ACTS_REMEMBERED):
        actions.perform(alice.id, read(act("put_down", str(number), room="none")))
    assert len(actions._answers[alice.id]) == limits.ACTS_REMEMBERED


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {},
        act("fly"),
        act("call"),
        act("call", whom=7),
        act("call", "", whom="x"),
        act("call", "x" * 65, whom="x"),
        {"act": "call", "whom": "x"},
        act("call", whom="x", direct="yes"),
    ],
)
def test_what_is_no_act_is_refused(message: object) -> None:
    """And nothing is made of it."""
    with pytest.raises(SignalError) as caught:
        read(message)
    assert caught.value.code == "malformed"
    assert len(str(caught.value)) < 300

"""The path of a call's media, as the registry decides it: who may choose, what brings it back, what is refused."""

import json

import pytest

from calls.errors import InputError, UnknownError
from calls.limits import KEPT_SIGNALS
from calls.paths import DirectState, MediaPath, PathReason
from calls.registry import Registry
from calls.rooms import Change, Room
from tests.people import FakeClock, Person, connect

TIMEOUT = 8.0


def room_of(person: Person) -> Room:
    room = person.view.room
    assert room is not None
    return room


def path_of(person: Person) -> tuple[MediaPath, PathReason | None]:
    return room_of(person).path, room_of(person).path_reason


def call_of(person: Person) -> str:
    """The id of the direct connection that this person's browser is to make."""
    direct = room_of(person).direct
    assert direct is not None
    return direct.id


def go_direct(one: Person, other: Person) -> str:
    """A call of two that has become direct, chosen by the first; returns the connection's id."""
    if one.me.room is None:
        connect(one, other)
    one.registry.choose_path(one.id, MediaPath.DIRECT)
    call = call_of(one)
    for person in (one, other):
        person.registry.report_direct(person.id, call, DirectState.UP)
    return call


def test_a_call_goes_through_the_server_at_first(alice: Person, bob: Person) -> None:
    """Nobody has to know of the other path."""
    connect(alice, bob)
    assert path_of(alice) == (MediaPath.SERVER, None)
    assert room_of(bob).direct is None


def test_it_is_direct_when_both_show_each_other(registry: Registry, alice: Person, bob: Person) -> None:
    """Until then the server's path is needed; who chose makes the offer."""
    connect(alice, bob)
    registry.choose_path(alice.id, MediaPath.DIRECT)
    direct = room_of(bob).direct
    assert direct is not None
    assert direct.pair == (alice.id, bob.id)
    assert not room_of(alice).goes_direct
    registry.report_direct(alice.id, direct.id, DirectState.UP)
    assert not room_of(alice).goes_direct
    registry.report_direct(bob.id, direct.id, DirectState.UP)
    assert room_of(alice).goes_direct
    assert room_of(bob).goes_direct


def test_back_keeps_what_they_show_until_they_are_there(registry: Registry, alice: Person, bob: Person) -> None:
    """The connection is still known, so that both may say when they need it no more; another one has another id."""
    first = go_direct(alice, bob)
    registry.choose_path(bob.id, MediaPath.SERVER)
    assert path_of(alice) == (MediaPath.SERVER, PathReason.CHOSEN)
    assert room_of(alice).path_by == bob.id
    assert not room_of(alice).goes_direct
    assert registry.signal(alice.id, first, "hangup", "{}") == bob.id
    assert go_direct(bob, alice) != first


def test_no_path_in_time_is_the_server(registry: Registry, clock: FakeClock, alice: Person, bob: Person) -> None:
    """The registry's clock decides, and an attempt that comes too late changes nothing."""
    connect(alice, bob)
    registry.choose_path(alice.id, MediaPath.DIRECT)
    call = call_of(alice)
    registry.report_direct(alice.id, call, DirectState.UP)
    clock.advance(TIMEOUT - 0.1)
    registry.expire()
    assert path_of(bob)[0] is MediaPath.DIRECT
    clock.advance(0.1)
    registry.expire()
    assert path_of(bob) == (MediaPath.SERVER, PathReason.NO_PATH)
    with pytest.raises(UnknownError):
        registry.report_direct(bob.id, call, DirectState.UP)


def test_what_is_established_has_no_deadline(registry: Registry, clock: FakeClock, alice: Person, bob: Person) -> None:
    """It stays direct for as long as it holds; when a browser loses it, the server's path takes over."""
    call = go_direct(alice, bob)
    clock.advance(3_600)
    registry.expire()
    assert room_of(alice).goes_direct
    registry.report_direct(bob.id, call, DirectState.FAILED)
    assert path_of(alice) == (MediaPath.SERVER, PathReason.LOST)
    registry.report_direct(alice.id, call, DirectState.FAILED)  # it was given up already
    assert path_of(alice) == (MediaPath.SERVER, PathReason.LOST)


def test_one_end_alone_is_no_connection(registry: Registry, clock: FakeClock, alice: Person, bob: Person) -> None:
    """However often its browser says that it shows what comes: the other's may see nothing."""
    connect(alice, bob)
    registry.choose_path(alice.id, MediaPath.DIRECT)
    for _ in range(2):
        registry.report_direct(alice.id, call_of(alice), DirectState.UP)
    assert not room_of(alice).goes_direct
    clock.advance(TIMEOUT + 0.1)
    registry.expire()
    assert path_of(alice) == (MediaPath.SERVER, PathReason.NO_PATH)


def test_a_failure_before_is_no_path(registry: Registry, alice: Person, bob: Person) -> None:
    """A browser that knows there is no way need not wait for the deadline."""
    connect(alice, bob)
    registry.choose_path(alice.id, MediaPath.DIRECT)
    registry.report_direct(bob.id, call_of(bob), DirectState.FAILED)
    assert path_of(alice) == (MediaPath.SERVER, PathReason.NO_PATH)


def test_a_third_one_brings_it_back(alice: Person, bob: Person, carol: Person) -> None:
    """By joining; both are told who it was, and three cannot go direct."""
    code = connect(alice, bob)
    go_direct(alice, bob)
    carol.joins(code)
    for one in (alice, bob, carol):
        assert path_of(one) == (MediaPath.SERVER, PathReason.JOINED)
        assert room_of(one).path_by == carol.id
    assert room_of(alice).direct is not None
    assert room_of(carol).direct is None
    with pytest.raises(InputError, match="call of two"):
        carol.registry.choose_path(carol.id, MediaPath.DIRECT)


def test_who_is_invited_sees_no_path(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """It is the call's own affair until one is in it; and accepting brings it back to the server."""
    code = connect(alice, bob)
    go_direct(alice, bob)
    registry.invite(alice.id, carol.id)
    assert path_of(carol) == (MediaPath.SERVER, None)
    with pytest.raises(UnknownError):
        registry.choose_path(carol.id, MediaPath.SERVER)
    carol.accepts(code)
    assert path_of(alice) == (MediaPath.SERVER, PathReason.JOINED)


def test_an_effect_brings_it_back(registry: Registry, alice: Person, bob: Person) -> None:
    """The reason is kept, for both to read."""
    go_direct(alice, bob)
    registry.choose_path(bob.id, MediaPath.SERVER, PathReason.EFFECT)
    assert path_of(alice) == (MediaPath.SERVER, PathReason.EFFECT)


def test_one_who_goes_takes_the_connection_along(alice: Person, bob: Person, carol: Person) -> None:
    """In a group that was two for a while, nothing of it is left for those who stay."""
    code = connect(alice, bob)
    carol.joins(code)
    bob.puts_down(code)
    go_direct(alice, carol)
    alice.puts_down(code)
    assert path_of(carol) == (MediaPath.SERVER, None)
    assert room_of(carol).direct is None


def test_nobody_alone_or_idle_chooses(registry: Registry, alice: Person, bob: Person) -> None:
    """A direct call is between two who are in it."""
    with pytest.raises(UnknownError):
        registry.choose_path(alice.id, MediaPath.DIRECT)
    alice.opens_room()
    with pytest.raises(InputError):
        registry.choose_path(alice.id, MediaPath.DIRECT)


def test_a_reload_begins_anew(registry: Registry, clock: FakeClock, alice: Person, bob: Person) -> None:
    """Both get another connection, the server's path is needed meanwhile, and the time runs again."""
    first = go_direct(alice, bob)
    registry.report_direct(bob.id, first, DirectState.RESTART)
    assert call_of(alice) != first
    assert path_of(alice)[0] is MediaPath.DIRECT
    assert not room_of(alice).goes_direct
    clock.advance(TIMEOUT)
    registry.expire()
    assert path_of(alice) == (MediaPath.SERVER, PathReason.NO_PATH)


# The offer in the ring


def ring(caller: Person, callee: Person) -> str:
    """A direct call that rings; returns the connection's id."""
    caller.registry.call(caller.id, callee.id, direct=True)
    return call_of(caller)


def test_the_ring_keeps_the_offer(registry: Registry, alice: Person, bob: Person) -> None:
    """Offer and candidates wait for the callee, whenever their page comes; they are in nobody's view."""
    call = ring(alice, bob)
    version = bob.view.version
    for kind in ("offer", "candidate"):
        assert registry.signal(alice.id, call, kind, json.dumps({"type": kind})) == bob.id
    assert [json.loads(text)["type"] for text in registry.kept_signals(bob.id)] == ["offer", "candidate"]
    assert registry.kept_signals(alice.id) == ()
    assert bob.view.version == version
    assert room_of(bob).direct == room_of(alice).direct
    assert "offer" not in repr(room_of(bob).direct).replace("offerer", "")


def test_an_answer_accepts(registry: Registry, alice: Person, bob: Person) -> None:
    """As in the telephone: nobody talks before. The time for finding a path runs from here."""
    call = ring(alice, bob)
    registry.signal(alice.id, call, "offer", "{}")
    with pytest.raises(UnknownError, match="answer it first"):
        registry.signal(bob.id, call, "candidate", "{}")
    assert alice.status == "OUTGOING"
    assert registry.signal(bob.id, call, "answer", "{}") == alice.id
    assert (alice.status, bob.status) == ("IN_CALL", "IN_CALL")
    assert registry.kept_signals(bob.id) == ()
    bob.accepts(room_of(bob).code)


def test_the_time_runs_from_the_answer(registry: Registry, clock: FakeClock, alice: Person, bob: Person) -> None:
    """However long it rings."""
    ring(alice, bob)
    clock.advance(20)
    registry.expire()
    assert path_of(bob)[0] is MediaPath.DIRECT
    bob.accepts(room_of(bob).code)
    clock.advance(TIMEOUT - 0.1)
    registry.expire()
    assert path_of(bob)[0] is MediaPath.DIRECT
    clock.advance(0.1)
    registry.expire()
    assert path_of(bob) == (MediaPath.SERVER, PathReason.NO_PATH)


def test_a_page_that_begins_again_has_its_time_again(
    registry: Registry, clock: FakeClock, alice: Person, bob: Person
) -> None:
    """From then on in a call, and from the answer on where it still rings."""
    call = ring(alice, bob)
    registry.report_direct(alice.id, call, DirectState.RESTART)
    clock.advance(TIMEOUT + 1)
    registry.expire()
    assert path_of(bob)[0] is MediaPath.DIRECT
    bob.accepts(room_of(bob).code)
    clock.advance(TIMEOUT - 1)
    registry.report_direct(alice.id, call_of(alice), DirectState.RESTART)
    clock.advance(TIMEOUT - 1)
    registry.expire()
    assert path_of(bob)[0] is MediaPath.DIRECT
    clock.advance(1)
    registry.expire()
    assert path_of(bob) == (MediaPath.SERVER, PathReason.NO_PATH)


def test_it_is_known_who_chose_and_why(registry: Registry, alice: Person, bob: Person) -> None:
    """The page tells the other."""
    ring(alice, bob)
    assert room_of(bob).path_by == alice.id
    bob.accepts(room_of(bob).code)
    registry.choose_path(bob.id, MediaPath.SERVER, PathReason.CHOSEN)
    assert (room_of(alice).path_by, room_of(alice).path_reason) == (bob.id, PathReason.CHOSEN)
    registry.choose_path(bob.id, MediaPath.DIRECT, PathReason.CHOSEN)
    assert (room_of(alice).path_by, room_of(alice).path_reason) == (bob.id, PathReason.CHOSEN)


def test_after_the_answer_nothing_is_kept(registry: Registry, alice: Person, bob: Person) -> None:
    """Both pages are there by then, and what comes goes straight on."""
    call = ring(alice, bob)
    registry.signal(alice.id, call, "offer", "{}")
    registry.signal(bob.id, call, "answer", "{}")
    assert registry.signal(alice.id, call, "candidate", "{}") == bob.id
    assert registry.kept_signals(bob.id) == ()
    registry.report_direct(alice.id, call, DirectState.RESTART)
    registry.signal(alice.id, call_of(alice), "offer", "{}")
    assert len(registry.kept_signals(bob.id)) == 1


def test_an_effect_of_the_callee_keeps_it_from_going_direct(registry: Registry, alice: Person, bob: Person) -> None:
    """Already while it rings, so that nothing is sent without it."""
    call = ring(alice, bob)
    registry.choose_path(bob.id, MediaPath.SERVER, PathReason.EFFECT)
    with pytest.raises(UnknownError):
        registry.signal(bob.id, call, "answer", "{}")
    bob.accepts(room_of(bob).code)
    assert path_of(alice) == (MediaPath.SERVER, PathReason.EFFECT)


def test_what_waits_is_limited(registry: Registry, alice: Person, bob: Person) -> None:
    """A caller cannot fill the server while it rings; a new offer replaces what belonged to the old one."""
    call = ring(alice, bob)
    registry.signal(alice.id, call, "offer", "{}")
    for _ in range(3 * KEPT_SIGNALS):
        registry.signal(alice.id, call, "candidate", "{}")
    assert len(registry.kept_signals(bob.id)) == KEPT_SIGNALS
    registry.signal(alice.id, call, "offer", "{}")
    assert len(registry.kept_signals(bob.id)) == 1


# What is refused


def test_strangers_and_the_past_are_refused(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """Another's call, an earlier connection, and a call that is over are all the same: there is none."""
    first = go_direct(alice, bob)
    registry.choose_path(alice.id, MediaPath.SERVER)
    second = go_direct(alice, bob)
    for who, call in ((carol, second), (alice, first), (bob, first), (alice, "")):
        with pytest.raises(UnknownError):
            registry.signal(who.id, call, "candidate", "{}")
        with pytest.raises(UnknownError):
            registry.report_direct(who.id, call, DirectState.UP)
    alice.puts_down(room_of(alice).code)
    with pytest.raises(UnknownError):
        registry.signal(bob.id, second, "candidate", "{}")


def test_signals_wake_nobody(registry: Registry, changes: list[Change], alice: Person, bob: Person) -> None:
    """They are for browsers: no session runs for them."""
    call = go_direct(alice, bob)
    changes.clear()
    for kind in ("offer", "answer", "candidate", "hangup"):
        registry.signal(bob.id, call, kind, "{}")
    assert changes == []

"""People: names, seats, tabs that go and come back."""

import pytest

from calls.errors import InputError, UnknownError
from calls.registry import Registry
from calls.rooms import Change
from calls.states import EndReason, Status
from tests.people import FakeClock, Person, connect

# Names


def test_a_name_that_is_taken_gets_a_number(registry: Registry) -> None:
    """Nobody is refused for a name: the second Ann is Ann 2 in any case, and the number is free again after her."""
    people = [Person.enters(registry, name) for name in ("Ann", "ann", "ANN", "Ann 2")]
    assert [person.me.name for person in people] == ["Ann", "ann 2", "ANN 3", "Ann 2 2"]
    people[1].leaves()
    assert Person.enters(registry, "Ann").me.name == "Ann 2"


def test_a_number_fits_into_forty_characters(registry: Registry) -> None:
    """The longest name loses its tail to the number, for one figure and for two, and no name comes up twice."""
    names = [Person.enters(registry, "x" * 40).me.name for _ in range(11)]
    assert names[0] == "x" * 40
    assert names[1] == "x" * 38 + " 2"
    assert names[10] == "x" * 37 + " 11"
    assert len(set(names)) == 11


def test_a_shortened_name_does_not_end_in_two_spaces(registry: Registry) -> None:
    """Where the cut falls behind a space, the name is stripped before its number."""
    name = "x" * 37 + " yz"
    assert [Person.enters(registry, name).me.name for _ in range(2)] == [name, "x" * 37 + " 2"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\x00b"])
def test_a_bad_name_lets_nobody_in(registry: Registry, name: str) -> None:
    """It raises, and nobody new is here."""
    before = registry.snapshot()
    with pytest.raises(InputError):
        registry.enter(name)
    assert registry.snapshot() == before


def test_everybody_is_on_the_list(alice: Person, carol: Person, bob: Person) -> None:
    """And a page has the others' details only while it shares a room with them."""
    assert alice.online == ["Carol", "Bob"]
    assert alice.view.company == ()


def test_others_see_what_one_sends(registry: Registry, alice: Person, bob: Person) -> None:
    """Camera and microphone are off at first, and shown to those in the same call as they are set."""
    assert (alice.me.camera, alice.me.microphone) == (False, False)
    connect(alice, bob)
    for camera, microphone in ((True, False), (False, True), (True, True), (False, False)):
        registry.set_media(alice.id, camera=camera, microphone=microphone)
        [seen] = bob.view.company
        assert (seen.camera, seen.microphone) == (camera, microphone)


def test_nobody_else_sees_what_one_sends(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """Whoever is in no call with a person is neither shown whether the camera is on nor woken for it, and whoever still
    rings is not, either."""
    code = alice.calls(bob)
    before = [person.view for person in (bob, carol)]
    registry.set_media(alice.id, camera=True, microphone=True)
    assert [person.view for person in (bob, carol)] == before
    assert (alice.me.camera, alice.me.microphone) == (True, True)
    bob.accepts(code)
    assert [person.camera for person in bob.view.company] == [True]
    assert carol.view.company == ()


# Seats


def test_a_token_is_known_to_its_tab_alone(registry: Registry, alice: Person, bob: Person) -> None:
    """It finds its own participant, differs from every other, and is in nothing that others are shown."""
    assert registry.identify(alice.seat.token) == alice.id
    assert alice.seat.token != bob.seat.token
    assert alice.seat.token not in repr((registry.snapshot(), bob.view))


@pytest.mark.parametrize("token", ["", "wrong", "\ud800", "\u00e9"])
def test_an_unknown_token_is_refused(registry: Registry, alice: Person, token: str) -> None:
    """Whatever a browser sends as its token, even half a character, is answered by the same typed error."""
    for use in (registry.identify, registry.attach):
        with pytest.raises(UnknownError, match="Enter your name again"):
            use(token)


def test_a_reload_comes_back_into_the_same_call(
    registry: Registry, alice: Person, bob: Person, clock: FakeClock
) -> None:
    """A tab that is gone for less than 15 s is the same participant in the same call; the others see it go and come."""
    code = connect(alice, bob)
    registry.detach(alice.seat)
    assert not bob.view.company[0].connected
    clock.advance(14.75)
    registry.expire()
    assert alice.status is Status.IN_CALL
    seat = registry.attach(alice.seat.token)
    assert seat.id == alice.id
    assert bob.view.company[0].connected
    clock.advance(60)
    registry.expire()
    assert (alice.me.room, alice.status, bob.status) == (code, Status.IN_CALL, Status.IN_CALL)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("which", [0, 1])
def test_a_tab_that_stays_away_loses_its_seat(
    registry: Registry,
    alice: Person,
    bob: Person,
    clock: FakeClock,
    changes: list[Change],
    *,
    answered: bool,
    which: int,
) -> None:
    """After 15 s the participant is gone with `connection_lost`; the other is told and free, and the call reported."""
    code = alice.calls(bob)
    if answered:
        bob.accepts(code)
    lost, left = ((alice, bob), (bob, alice))[which]
    registry.detach(lost.seat)
    clock.advance(15)
    registry.expire()
    assert (left.status, left.reason) == (Status.IDLE, EndReason.CONNECTION_LOST)
    assert left.missed == ([lost.id] if left is bob and not answered else [])
    assert [call.reason for change in changes for call in change.ended] == [EndReason.CONNECTION_LOST]
    assert lost.id in changes[-1].audience
    with pytest.raises(UnknownError):
        registry.view(lost.id)
    with pytest.raises(UnknownError):
        registry.attach(lost.seat.token)


def test_both_tabs_gone_is_one_call_ended(
    registry: Registry, alice: Person, bob: Person, clock: FakeClock, changes: list[Change]
) -> None:
    """When both have lost their seats at the same moment, the call ends once and nobody is left in a room."""
    connect(alice, bob)
    registry.detach(alice.seat)
    registry.detach(bob.seat)
    clock.advance(15)
    registry.expire()
    assert len([call for change in changes for call in change.ended]) == 1
    assert registry.snapshot().rooms == ()


def test_coming_back_too_late_is_refused(registry: Registry, alice: Person, clock: FakeClock) -> None:
    """After 15 s the token is worth nothing, even if nobody has asked the registry since."""
    registry.detach(alice.seat)
    clock.advance(15)
    with pytest.raises(UnknownError):
        registry.attach(alice.seat.token)


def test_the_grace_runs_from_when_the_tab_went(registry: Registry, alice: Person, clock: FakeClock) -> None:
    """Hearing twice that a tab is gone does not keep its seat any longer."""
    registry.detach(alice.seat)
    clock.advance(10)
    registry.detach(alice.seat)
    clock.advance(5)
    registry.expire()
    assert registry.snapshot().people == ()


def test_a_second_session_takes_the_seat_over(registry: Registry, alice: Person, clock: FakeClock) -> None:
    """The same tab opened twice: the newer session holds the seat, the older one does not, and its end does nothing."""
    old = alice.seat
    new = registry.attach(old.token)
    assert registry.view(new.id).epoch == new.epoch != old.epoch
    registry.detach(old)
    assert alice.me.connected
    clock.advance(60)
    registry.expire()
    assert alice.me.connected


def test_a_seat_ends_with_its_participant(registry: Registry, alice: Person) -> None:
    """After signing out the seat is nobody's, and its session's end is no error."""
    alice.leaves()
    assert alice.id not in {person.id for person in registry.snapshot().people}
    registry.detach(alice.seat)
    with pytest.raises(UnknownError):
        registry.identify(alice.seat.token)


def test_who_is_gone_can_do_nothing(registry: Registry, alice: Person, bob: Person) -> None:
    """Every act of one who has left raises the same typed error, in words for a person, and changes nothing."""
    code = bob.opens_room()
    alice.leaves()
    before = registry.snapshot()
    for act in (
        lambda: alice.view,
        lambda: alice.calls(bob),
        lambda: alice.accepts(code),
        alice.opens_room,
        lambda: alice.joins(code),
        lambda: alice.says("hello"),
        lambda: registry.set_media(alice.id, camera=True, microphone=True),
        lambda: registry.mark_read(alice.id, code, 1),
        lambda: registry.dismiss(alice.id),
        lambda: registry.clear_missed(alice.id),
        lambda: registry.version(alice.id),
    ):
        with pytest.raises(UnknownError, match="not here any more"):
            act()
    assert registry.snapshot() == before

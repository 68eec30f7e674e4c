"""Allowances are spent by key, come back with time, and are forgotten where nobody uses them."""

from collections.abc import Callable

import pytest

from calls import limits
from calls.allowance import Allowances, network
from calls.errors import InputError, RateLimitError, UnknownError
from calls.limits import Rate
from calls.registry import Registry
from calls.states import Status
from tests.people import FakeClock, Person

RATE = Rate("tests", 3, 60)


def spent(allowances: Allowances, key: str) -> int:
    """How often it may be done right now."""
    return next(times for times in range(1_000) if allowances.wait(RATE, key))


def test_so_often_at_once_and_then_with_time(clock: FakeClock) -> None:
    """What is not used is saved up, to the same bound; another key has its own."""
    allowances = Allowances(clock)
    assert (spent(allowances, "ada"), spent(allowances, "ada"), spent(allowances, "ben")) == (3, 0, 3)
    clock.advance(2)
    assert spent(allowances, "ada") == 2
    clock.advance(3_600)
    assert spent(allowances, "ada") == 3


def test_the_error_says_how_long_to_wait(clock: FakeClock) -> None:
    """And when that has passed, it may be done."""
    allowances = Allowances(clock)
    spent(allowances, "ada")
    with pytest.raises(RateLimitError, match="Wait 1 second, then"):
        allowances.spend(RATE, "ada")
    clock.advance(1)
    allowances.spend(RATE, "ada")


def test_few_are_remembered(clock: FakeClock) -> None:
    """However many keys a stranger makes up, the table stays small, and who was heard last is remembered."""
    allowances = Allowances(clock, keys=10)
    for number in range(1_000):
        allowances.wait(RATE, "ada")
        allowances.wait(RATE, f"stranger {number}")
    assert len(allowances) == 10
    assert spent(allowances, "ada") == 0


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8::7%eth0", "2001:db8::/64"),
        (None, ""),
        ("unix", "unix"),
    ],
)
def test_what_counts_as_one_address(address: str | None, counts_as: str) -> None:
    """One customer has a whole /64 of IPv6, so each address in it is the same one."""
    assert network(address) == counts_as


def does(registry: Registry, person: Person, other: Person, what: str) -> None:
    """One thing that is counted, and back to where it began."""
    if what == "call":
        person.puts_down(person.calls(other))
    elif what == "room":
        person.puts_down(person.opens_room())
    elif what == "guess":
        with pytest.raises(UnknownError):
            person.joins("aaaa-aaaa-aaaa")
    else:
        person.says("again")


COUNTED = {"call": limits.RINGS, "room": limits.ROOMS, "guess": limits.JOINS, "chat": limits.SAYINGS}


@pytest.mark.parametrize("what", COUNTED)
def test_what_one_person_may_do(registry: Registry, clock: FakeClock, alice: Person, bob: Person, what: str) -> None:
    """So often at once; then RateLimitError, which changes nothing, and again when time has passed."""
    if what == "chat":
        alice.opens_room()
    for _ in range(COUNTED[what].at_once):
        does(registry, alice, bob, what)
    before = registry.snapshot()
    with pytest.raises(RateLimitError):
        does(registry, alice, bob, what)
    assert registry.snapshot() == before
    clock.advance(60)
    does(registry, alice, bob, what)


def tries(action: Callable[[], object]) -> int:
    """How often it could be done before it was too often."""
    for times in range(10_000):
        try:
            action()
        except RateLimitError:
            return times
    raise AssertionError("It was never too often.")


def test_an_answer_is_no_ring(registry: Registry, alice: Person, bob: Person) -> None:
    """Who calls back the one who rings has answered: that is never too often, and neither is a call to oneself."""
    for _ in range(limits.RINGS.at_once):
        alice.puts_down(alice.calls(bob))
    for _ in range(2 * limits.RINGS.at_once):
        with pytest.raises(InputError):
            alice.calls(alice)
    bob.calls(alice)
    alice.calls(bob)
    assert (alice.status, bob.status) == (Status.IN_CALL, Status.IN_CALL)


def test_to_join_what_rings_for_oneself_is_no_guess(registry: Registry, alice: Person, bob: Person) -> None:
    """Who is being rung into a room may come by its code, however often they have guessed before."""
    for _ in range(limits.JOINS.at_once):
        with pytest.raises(UnknownError):
            alice.joins("aaaa-aaaa-aaaa")
    code = bob.opens_room()
    bob.invites(alice)
    alice.joins(code.upper())
    assert alice.status is Status.IN_CALL


def test_who_comes_again_is_counted_by_address(registry: Registry) -> None:
    """A new name is no way to more calls: the people of one address have an allowance together."""
    bob = Person.enters(registry, "Bob")

    def comes_calls_and_goes() -> None:
        seat = registry.enter("Mallory", "192.0.2.1")
        try:
            for _ in range(limits.RINGS.at_once):
                registry.put_down(seat.id, registry.call(seat.id, bob.id))
        finally:
            registry.leave(seat.id)

    assert tries(comes_calls_and_goes) == limits.ADDRESS_PEOPLE
    registry.call(registry.enter("Carol", "192.0.2.2").id, bob.id)


def test_names_from_one_address_are_bounded(registry: Registry) -> None:
    """A stranger cannot fill the lobby, and others can come in."""
    assert tries(lambda: registry.enter("Mallory", "192.0.2.1")) == limits.ENTERS.at_once * limits.ADDRESS_PEOPLE
    registry.enter("Carol", "192.0.2.2")

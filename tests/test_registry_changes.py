"""What listeners hear, when versions grow, and what happens when many threads act at once."""

import logging
import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest

from calls.errors import ParleyError, UnknownError
from calls.registry import Registry
from calls.rooms import Change
from calls.states import EndReason, Status
from tests.invariants import check
from tests.people import FakeClock, Person, connect

PATIENCE = 10.0  # s; only a deadlock waits this long


def together(*acts: Callable[[], object]) -> None:
    """Run each act on a thread of its own, all from one moment, and wait for them; what one raises fails the test."""
    barrier = threading.Barrier(len(acts))
    faults: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(PATIENCE)
            act()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "deadlock"
    assert not faults, faults


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Threads change places as often as Python can, so that what is not locked shows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


# Listeners


def test_a_listener_may_use_the_registry(registry: Registry, alice: Person, bob: Person) -> None:
    """Listeners are called outside the lock: one that reads and writes gets its answers, and sees the change made."""
    seen: list[Status] = []

    def listener(change: Change) -> None:
        seen.append(registry.view(bob.id).me.status)
        registry.set_media(bob.id, camera=True, microphone=False)

    registry.listen(listener)
    together(lambda: connect(alice, bob))
    assert seen[0] is Status.INCOMING
    assert seen[-1] is Status.IN_CALL
    assert bob.me.camera


def test_a_failing_listener_stops_nobody(
    registry: Registry, alice: Person, bob: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Its error is logged; the caller is not troubled, the change stays, and the other listeners hear it."""
    heard: list[Change] = []

    def failing(change: Change) -> None:
        raise RuntimeError("out of order")

    registry.listen(failing)
    registry.listen(heard.append)
    with caplog.at_level(logging.ERROR):
        alice.calls(bob)
    assert len(heard) == 1
    assert bob.status is Status.INCOMING
    assert "out of order" in caplog.text


def test_a_listener_that_has_stopped_hears_nothing(registry: Registry, alice: Person) -> None:
    """What `listen` returns stops this listener and no other."""
    first: list[Change] = []
    second: list[Change] = []
    stop = registry.listen(first.append)
    registry.listen(second.append)
    stop()
    alice.opens_room()
    assert (len(first), len(second)) == (0, 1)


def test_one_act_is_one_change(registry: Registry, alice: Person, bob: Person, changes: list[Change]) -> None:
    """A call moves two people and is told once, with the version that the registry has now."""
    alice.calls(bob)
    [change] = changes
    assert change.version == registry.snapshot().version


# Versions


def test_versions_grow_for_those_who_are_told(
    registry: Registry, alice: Person, bob: Person, carol: Person, changes: list[Change]
) -> None:
    """A message wakes the room and not the third, and so does a call. That these two have another status is for
    everybody to see, as data."""
    people, version = (alice, bob, carol), registry.people().version
    connect(alice, bob)
    assert changes[-1].audience == {alice.id, bob.id}
    assert changes[-1].public
    assert {*registry.people(version).here} == {alice.id, bob.id}
    before = [person.view.version for person in people]
    alice.says("hello")
    assert [person.view.version > version for person, version in zip(people, before, strict=True)] == [
        True,
        True,
        False,
    ]
    assert [registry.version(person.id) for person in people] == [person.view.version for person in people]


def test_coming_and_going_is_everybodys_news(
    registry: Registry, alice: Person, bob: Person, carol: Person, changes: list[Change]
) -> None:
    """Who enters and who leaves are on everybody's list, as data; the page of nobody else is drawn for it."""
    before = registry.people().version
    dave = Person.enters(registry, "Dave")
    here = registry.people(before)
    dave.leaves()
    assert [*here.here] == [*registry.people(here.version).gone] == [dave.id]
    assert [({*change.audience}, change.public) for change in changes] == [({dave.id}, True)] * 2


def test_what_changes_nothing_wakes_nobody(
    registry: Registry, alice: Person, bob: Person, carol: Person, changes: list[Change]
) -> None:
    """Setting what is set, dismissing nothing, pressing twice: no version grows, nobody is told. A page may do these
    each time it draws."""
    code = connect(alice, bob)
    room = carol.opens_room()
    dave = Person.enters(registry, "Dave")
    carol.invites(dave)
    before = registry.snapshot()
    changes.clear()
    for person in (alice, bob, carol):
        registry.set_media(person.id, camera=False, microphone=False)
        registry.dismiss(person.id)
        registry.clear_missed(person.id)
        person.reads_on()
    bob.accepts(code)
    alice.calls(bob)
    alice.invites(bob)
    carol.joins(room)
    carol.invites(dave)
    alice.cancels_invite(dave)
    alice.puts_down(room)
    registry.expire()
    assert changes == []
    assert registry.snapshot() == before


def test_dismissing_wakes_only_oneself(
    registry: Registry, alice: Person, bob: Person, carol: Person, changes: list[Change]
) -> None:
    """An ending and a missed call are one's own: clearing them is nobody else's news."""
    alice.puts_down(alice.calls(bob))
    changes.clear()
    registry.dismiss(bob.id)
    registry.clear_missed(bob.id)
    assert [change.audience for change in changes] == [{bob.id}, {bob.id}]


def test_reading_wakes_only_oneself(registry: Registry, alice: Person, bob: Person, changes: list[Change]) -> None:
    """As far as one has read in the present room, and never back."""
    code = connect(alice, bob)
    for text in ("one", "two", "three"):
        alice.says(text)
    changes.clear()
    for count, unread in ((2, 1), (1, 1), (-7, 1), (10**30, 0)):
        registry.mark_read(bob.id, code, count)
        assert bob.view.unread == unread
    registry.mark_read(bob.id, "another room", 3)
    assert [change.audience for change in changes] == [{bob.id}, {bob.id}]


def test_a_refusal_still_tells_what_had_run_out(
    registry: Registry, alice: Person, bob: Person, carol: Person, clock: FakeClock, changes: list[Change]
) -> None:
    """An act that raises may be the first to notice that a ring is over: those who rang are told all the same."""
    alice.calls(bob)
    changes.clear()
    clock.advance(30)
    with pytest.raises(UnknownError):
        carol.joins("0000-0000-0000")
    assert [call.reason for change in changes for call in change.ended] == [EndReason.NO_ANSWER]


def test_a_snapshot_has_everybody_and_every_room(registry: Registry, alice: Person, bob: Person, carol: Person) -> None:
    """It is one moment: what happens later is not in it."""
    code = alice.calls(bob)
    snapshot = registry.snapshot()
    carol.opens_room()
    assert [person.name for person in snapshot.people] == ["Alice", "Bob", "Carol"]
    assert [room.code for room in snapshot.rooms] == [code]
    assert registry.snapshot().version > snapshot.version


# Many threads


@pytest.mark.usefixtures("eager_switching")
def test_cancel_against_accept(
    registry: Registry, clock: FakeClock, alice: Person, bob: Person, changes: list[Change]
) -> None:
    """At the same moment exactly one wins. Accept first: the cancel hangs up. Cancel first: the accept is refused. Both
    end IDLE with one reason, and the call is reported once."""
    refused: list[UnknownError] = []

    def accept(code: str) -> None:
        try:
            bob.accepts(code)
        except UnknownError as error:
            refused.append(error)

    for turn in range(150):
        clock.advance(60)
        changes.clear()
        refused.clear()
        code = alice.calls(bob)
        rivals = [partial(accept, code), partial(alice.puts_down, code)]
        together(*(rivals if turn % 2 else reversed(rivals)))  # who starts first matters: let it be either
        assert (alice.status, bob.status) == (Status.IDLE, Status.IDLE)
        reason = EndReason.CANCELLED if refused else EndReason.HANGUP
        assert (alice.reason, bob.reason) == (reason, reason)
        assert [(call.room.code, call.reason) for change in changes for call in change.ended] == [(code, reason)]


@pytest.mark.usefixtures("eager_switching")
def test_glare_from_two_threads(registry: Registry, clock: FakeClock, alice: Person, bob: Person) -> None:
    """Two who call each other at the same moment are always in one call, and neither is told busy."""
    codes: list[str] = []
    for _ in range(100):
        clock.advance(60)
        codes.clear()
        together(lambda: codes.append(alice.calls(bob)), lambda: codes.append(bob.calls(alice)))
        assert len(set(codes)) == 1
        assert (alice.status, bob.status) == (Status.IN_CALL, Status.IN_CALL)
        alice.puts_down(codes[0])


@pytest.mark.usefixtures("eager_switching")
def test_the_last_place_is_given_once(clock: FakeClock) -> None:
    """Of six who join a room of two at the same moment, one gets in."""
    registry = Registry(clock=clock, capacity=2)
    alice = Person.enters(registry, "Alice")
    others = [Person.enters(registry, "Joiner") for _ in range(6)]

    def tries(person: Person, code: str) -> None:
        with suppress(ParleyError):
            person.joins(code)

    for _ in range(20):
        clock.advance(60)
        code = alice.opens_room()
        together(*(partial(tries, person, code) for person in others))
        [room] = registry.snapshot().rooms
        assert len(room.members) == 2
        alice.puts_down(code)


class FineClock(FakeClock):
    """Time that also passes whenever somebody looks: no two rooms open at one moment."""

    def __call__(self) -> float:
        self.now += 1e-4
        return self.now


def acts(registry: Registry, clock: FakeClock, person: Person, other: Person) -> list[Callable[[], object]]:
    """What a person may do next to another, each with what is on the screen at that moment."""
    mine, theirs = person.me.room or "", other.me.room or ""
    return [
        partial(person.calls, other),
        partial(person.accepts, mine),
        partial(person.puts_down, mine),
        person.opens_room,
        partial(person.joins, theirs),
        partial(person.invites, other),
        partial(person.cancels_invite, other),
        partial(person.says, "hello"),
        lambda: registry.detach(registry.attach(person.seat.token)),
        partial(registry.attach, person.seat.token),
        partial(clock.advance, 0.25),
    ]


def hammer(registry: Registry, clock: FakeClock, people: list[Person], seed: int) -> None:
    """Act at random; what the registry refuses is part of it."""
    chance = random.Random(seed)
    for _ in range(100):
        with suppress(ParleyError):
            chance.choice(acts(registry, clock, *chance.sample(people, 2)))()
        check(registry.snapshot(), capacity=3)


@pytest.mark.usefixtures("eager_switching")
def test_eight_threads_leave_nothing_broken() -> None:
    """Whatever eight threads do at once, people and rooms agree after every step, each call that is over was reported
    once, and when all have left nothing remains."""
    clock = FineClock()
    registry = Registry(clock=clock, capacity=3)
    people = [Person.enters(registry, "Someone") for _ in range(10)]
    ends: list[tuple[str, float]] = []
    rang: set[tuple[str, float]] = set()

    def listener(change: Change) -> None:
        ends.extend((call.room.code, call.room.opened_at) for call in change.ended)
        rang.update((room.code, room.opened_at) for room in registry.snapshot().rooms if room.call)

    registry.listen(listener)
    together(*(partial(hammer, registry, clock, people, seed) for seed in range(8)))
    for person in people:
        person.leaves()
    snapshot = registry.snapshot()
    assert (snapshot.people, snapshot.rooms) == ((), ())
    assert len(ends) == len(set(ends))
    assert rang
    assert rang <= set(ends)


def test_everybody_can_be_made_to_look_again(
    registry: Registry, alice: Person, bob: Person, carol: Person, changes: list[Change]
) -> None:
    """For what pages show and the registry does not hold: whoever looks at all that goes on sees that there is news."""
    before, own = registry.version(None), alice.view.version
    registry.announce()
    assert registry.version(None) > before
    assert alice.view.version == own
    assert [(change.audience, change.public) for change in changes] == [(frozenset(), True)]

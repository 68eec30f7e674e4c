"""Time: nothing takes longer or shorter because somebody sets the clock, and what was is said by the clock as it is."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.clock import Time, steady
from calls.history import past_call
from calls.registry import Registry
from calls.rooms import Change
from calls.states import Status
from tests.people import FakeClock, Person, connect

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
JUMPS = pytest.mark.parametrize("jump", [3_600, -3_600, 0, 86_400 * 365])  # seconds


class Machine:
    """A machine whose time of day can be set."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.ahead = clock, NOON.timestamp() - clock.now
        self.time = Time(clock, lambda: self.clock.now + self.ahead)

    def is_set(self, seconds: float) -> None:
        self.ahead += seconds


@pytest.fixture
def machine(clock: FakeClock) -> Machine:
    return Machine(clock)


@JUMPS
def test_a_call_is_as_long_as_it_is(
    machine: Machine, registry: Registry, alice: Person, bob: Person, changes: list[Change], jump: float
) -> None:
    """Where the clock is set in the middle of it: on the page, in what one is told, and in the history."""
    code = alice.calls(bob)
    machine.clock.advance(10)
    bob.accepts(code)
    machine.clock.advance(60)
    machine.is_set(jump)
    room = alice.view.room
    assert room is not None
    assert machine.time.since(room.started_at or 0) == 60
    machine.clock.advance(5)
    bob.puts_down(code)
    ending = alice.view.ending
    assert ending is not None
    assert ending.seconds == 65
    [ended] = [call for change in changes for call in change.ended]
    past = past_call(ended, machine.time.date)
    assert past.duration == timedelta(seconds=65)
    assert past.ended_at == NOON + timedelta(seconds=75 + jump)
    assert past.started_at == past.ended_at - timedelta(seconds=75)


@JUMPS
def test_a_ring_takes_its_time(machine: Machine, alice: Person, bob: Person, jump: float) -> None:
    """It does not end at once, nor does it go on for an hour."""
    alice.calls(bob)
    machine.is_set(jump)
    seen = []
    for seconds in (29, 2):
        machine.clock.advance(seconds)
        alice.registry.expire()
        seen.append(alice.status)
    assert seen == [Status.OUTGOING, Status.IDLE]


@JUMPS
def test_what_was_said_is_shown_by_the_clock_as_it_is(
    machine: Machine, alice: Person, bob: Person, jump: float
) -> None:
    """A minute ago is a minute ago, whatever the clock said then."""
    connect(alice, bob)
    alice.says("Hello")
    machine.clock.advance(60)
    machine.is_set(jump)
    room = alice.view.room
    assert room is not None
    [message] = room.messages
    now = machine.time.date(machine.clock.now)
    assert now == NOON + timedelta(seconds=60 + jump)
    assert now - machine.time.date(message.at) == timedelta(seconds=60)


def test_no_length_is_less_than_nothing(machine: Machine) -> None:
    """A moment that is still to come has lasted for no time, and has a date."""
    assert machine.time.since(machine.clock.now + 5) == 0
    assert machine.time.date(machine.clock.now + 5) == NOON + timedelta(seconds=5)


def test_the_machine_s_clocks_are_used_by_default() -> None:
    """The steady one never goes back, and the present moment has the present date."""
    times = [steady() for _ in range(100)]
    assert times == sorted(times)
    before = datetime.now(UTC)
    assert before <= Time().date(steady()) + timedelta(milliseconds=1)
    assert Time().date(steady()) - before < timedelta(minutes=1)

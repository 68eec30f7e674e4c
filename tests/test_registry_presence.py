"""Whether a tab is there: by its session, or by what its page says on its line."""

import pytest

from calls.errors import UnknownError
from calls.limits import RETURNS
from calls.registry import Registry
from calls.states import EndReason, Status
from tests.people import FakeClock, Person, connect

AGAIN = 4.0  # seconds; what the pages promise


def test_a_page_that_keeps_its_promise_is_there(registry: Registry, alice: Person, clock: FakeClock) -> None:
    """For as long as it does, also late by nearly as much again."""
    for late in (0.0, 3.9) * 5:
        registry.heard(alice.id, AGAIN)
        clock.advance(AGAIN + late)
        registry.expire()
        assert alice.me.connected


def test_a_page_that_falls_silent_is_lost(registry: Registry, alice: Person, bob: Person, clock: FakeClock) -> None:
    """Though its session seems to be there: a network that has gone takes no leave. The others see it after twice the
    time promised; the grace runs from when the page was to be heard, so after 19 s it is over."""
    connect(alice, bob)
    registry.heard(alice.id, AGAIN)
    clock.advance(7.9)
    registry.expire()
    assert bob.view.company[0].connected
    clock.advance(0.1)
    registry.expire()
    assert not bob.view.company[0].connected
    clock.advance(10.9)
    registry.expire()
    assert bob.status is Status.IN_CALL
    clock.advance(0.1)
    registry.expire()
    assert (bob.status, bob.reason) == (Status.IDLE, EndReason.CONNECTION_LOST)


def test_who_comes_and_goes_without_end_is_told_of_seldom(
    registry: Registry, alice: Person, bob: Person, clock: FakeClock
) -> None:
    """Each coming and each going is told to everybody: a page that breaks one promise after the other stays
    lost meanwhile, and keeps its seat."""
    before = registry.people().version
    for _ in range(100):
        registry.heard(alice.id, 1.0)
        clock.advance(2.0)
    told = registry.people().version - before
    assert 20 <= told <= 2 * (RETURNS.at_once + RETURNS.per_minute * 200 / 60 + 1)
    registry.expire()
    assert alice.me.name == "Alice"


@pytest.mark.parametrize("within", [AGAIN, None])
def test_a_page_that_is_heard_in_time_is_back(
    registry: Registry, alice: Person, bob: Person, clock: FakeClock, within: float | None
) -> None:
    """In the same call, by its line alone."""
    connect(alice, bob)
    registry.heard(alice.id, AGAIN)
    clock.advance(18.9)
    registry.expire()
    registry.heard(alice.id, within)
    assert bob.view.company[0].connected
    assert alice.status is Status.IN_CALL


def test_a_page_that_promises_nothing_is_judged_by_its_session(
    registry: Registry, alice: Person, clock: FakeClock
) -> None:
    """In a tab that nobody looks at a browser holds timers back for a minute."""
    registry.heard(alice.id, AGAIN)
    registry.heard(alice.id, None)
    clock.advance(600)
    registry.expire()
    assert alice.me.connected
    registry.detach(alice.seat)
    assert not alice.me.connected


def test_a_page_that_is_heard_keeps_its_seat_without_a_session(
    registry: Registry, alice: Person, clock: FakeClock
) -> None:
    """Streamlit may lose a session, and ask for no run in the next one: who is heard is not gone. When the line ends,
    as it does when a tab is closed, the session counts."""
    registry.detach(alice.seat)
    for _ in range(10):
        registry.heard(alice.id, AGAIN)
        clock.advance(AGAIN)
        registry.expire()
        assert alice.me.connected
    registry.unheard(alice.id)
    assert not alice.me.connected


def test_a_line_that_ends_late_makes_nobody_come_back(registry: Registry, alice: Person, clock: FakeClock) -> None:
    """The server closes a line half a minute after its network has gone: its page was lost before, and still is."""
    registry.heard(alice.id, AGAIN)
    clock.advance(10)
    registry.unheard(alice.id)
    registry.unheard(alice.id)
    assert not alice.me.connected


def test_a_session_is_a_sign_of_life(registry: Registry, alice: Person, clock: FakeClock) -> None:
    """One that comes back before its line does has no promise to keep."""
    registry.heard(alice.id, AGAIN)
    clock.advance(10)
    registry.expire()
    registry.attach(alice.seat.token)
    clock.advance(30)
    registry.expire()
    assert alice.me.connected


def test_a_session_does_not_release_a_page_from_its_promise(
    registry: Registry, alice: Person, bob: Person, clock: FakeClock
) -> None:
    """After an outage the line is often back before the session: a second outage in the seconds after is seen as soon
    as the first was."""
    connect(alice, bob)
    registry.heard(alice.id, AGAIN)
    registry.attach(alice.seat.token)
    clock.advance(2 * AGAIN)
    registry.expire()
    assert not bob.view.company[0].connected


def test_who_is_gone_is_not_heard(registry: Registry, alice: Person) -> None:
    """A ping of one who has left raises the typed error; the end of a line does not."""
    alice.leaves()
    registry.unheard(alice.id)
    with pytest.raises(UnknownError):
        registry.heard(alice.id, AGAIN)
    with pytest.raises(UnknownError):
        registry.tell_lost(alice.id)


def test_who_was_away_for_too_long_is_told_until_it_is_dismissed(registry: Registry, alice: Person) -> None:
    """As of a call that was lost, with nobody's name."""
    registry.tell_lost(alice.id)
    assert alice.reason is EndReason.CONNECTION_LOST
    assert alice.view.ending is not None
    assert alice.view.ending.names == ()
    registry.dismiss(alice.id)
    assert alice.reason is None

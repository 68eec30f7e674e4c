"""The ticker: it goes on, whatever happens."""

import logging
import threading

import pytest

from calls.registry import Registry
from calls.states import EndReason, Status
from calls.ticker import Ticker
from tests.people import FakeClock, Person

WITHIN = 30.0  # seconds that a condition may take on a busy machine


def test_one_that_fails_goes_on_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    """However often it fails, the log has each kind of failure once."""
    failures = iter([ZeroDivisionError("one"), ZeroDivisionError("two"), KeyError("three"), ZeroDivisionError("four")])
    done = threading.Event()

    def act() -> None:
        if failure := next(failures, None):
            raise failure
        done.set()

    ticker = Ticker(act, 0.001, "The test's clock")
    assert done.wait(WITHIN)
    ticker.stop()
    said = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.exc_info and record.exc_info[0] for record in said] == [ZeroDivisionError, KeyError]
    assert {record.message for record in said} == {"The test's clock failed; it goes on, and does not say so again"}


def test_it_stops() -> None:
    """Nothing is done after that."""
    begun = threading.Event()
    ticker = Ticker(begun.set, 0.001, "The test's clock")
    assert begun.wait(WITHIN)
    ticker.stop()
    ticker._thread.join(WITHIN)
    assert not ticker._thread.is_alive()


def test_a_ring_ends_though_time_has_failed_once(
    registry: Registry, clock: FakeClock, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the registry's clock costs a moment; no later ring goes on for ever."""
    failed, over = threading.Event(), threading.Event()
    registry.listen(lambda _: over.set() if alice.status is Status.IDLE else None)

    def expire() -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("once")
        registry.expire()

    alice.calls(bob)
    ticker = Ticker(expire, 0.001, "The registry's clock")
    assert failed.wait(WITHIN)
    clock.advance(31)
    assert over.wait(WITHIN)
    ticker.stop()
    assert alice.reason is EndReason.NO_ANSWER

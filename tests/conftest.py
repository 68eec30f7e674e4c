"""The people and the clock that the core's tests share."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from calls.registry import Registry
from calls.rooms import Change
from tests.fair_time import fair_time
from tests.people import FakeClock, Person

# No time limit for an example: how long one takes says more about the machine than about Parley.
settings.register_profile("brief", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# One round of `make fuzz`, which goes on round after round, each with other examples.
settings.register_profile("fuzz", parent=settings.get_profile("brief"), max_examples=1_000, print_blob=True)
settings.load_profile("brief")


@pytest.fixture(scope="module", autouse=True)
def time_of_their_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is measured in real time does not hang on what else the machine has to do."""
    if request.node.get_closest_marker("realtime") is None:
        yield
    else:
        with fair_time():
            yield


@pytest.fixture(autouse=True)
def patient_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads from the database waits for what was put before, also on a machine that is busy with something else."""
    monkeypatch.setattr("calls.writer.SETTLE", 60.0)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def registry(clock: FakeClock) -> Registry:
    return Registry(clock=clock)


@pytest.fixture
def alice(registry: Registry) -> Person:
    return Person.enters(registry, "Alice")


@pytest.fixture
def bob(registry: Registry) -> Person:
    return Person.enters(registry, "Bob")


@pytest.fixture
def carol(registry: Registry) -> Person:
    return Person.enters(registry, "Carol")


@pytest.fixture
def changes(registry: Registry, alice: Person, bob: Person, carol: Person) -> list[Change]:
    """What a listener hears from the moment that Alice, Bob and Carol are here."""
    heard: list[Change] = []
    registry.listen(heard.append)
    return heard

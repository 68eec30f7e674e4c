"""The clock of tests in real time: what other programs take from this one is left out."""

import time
from pathlib import Path

import pytest

from tests.fair_time import FairTime, fair_time
from tests.tracks import Ticking


class Threads:
    """Two threads, in a folder as Linux has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("1", "2"):
            (folder / name).mkdir()
            self.has_waited(name, 0.0)

    def has_waited(self, name: str, seconds: float) -> None:
        (self.folder / name / "schedstat").write_text(f"7 {round(seconds * 1e9)} 7\n")


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    clock = Ticking()
    monkeypatch.setattr(time, "monotonic", clock.monotonic)
    return clock


@pytest.fixture
def threads(tmp_path: Path) -> Threads:
    return Threads(tmp_path)


def test_waiting_does_not_count(wall: Ticking, threads: Threads) -> None:
    """Of ten seconds one thread has waited four and the other one: six have passed; then no thread waits."""
    fair = FairTime(threads.folder)
    begin = fair.monotonic()
    threads.has_waited("1", 4.0)
    threads.has_waited("2", 1.0)
    wall.now += 10
    assert fair.monotonic() == begin + 6
    wall.now += 10
    assert fair.monotonic() == begin + 16


def test_time_never_goes_back(wall: Ticking, threads: Threads) -> None:
    """Threads may have waited for longer than has passed since the last look."""
    fair = FairTime(threads.folder)
    wall.now += 1
    before = fair.monotonic()
    threads.has_waited("1", 9.0)
    wall.now += 1
    assert fair.monotonic() == before


def test_elsewhere_it_is_the_clock_of_the_system(wall: Ticking, tmp_path: Path) -> None:
    """Where there is no /proc, all of the time counts."""
    fair = FairTime(tmp_path / "nowhere")
    begin = fair.monotonic()
    wall.now += 3
    assert fair.monotonic() == begin + 3


def test_the_clocks_of_python_follow() -> None:
    """They are the system's again afterwards."""
    monotonic, now = time.monotonic, time.time
    with fair_time():
        assert abs(time.time() - now()) < 60
        assert time.monotonic is not monotonic
    assert (time.monotonic, time.time) == (monotonic, now)

"""A log line that repeats is counted."""

import logging
from collections.abc import Iterator

import pytest

from calls.limits import LOG_LINES
from calls.logs import Repeats, count_repeats
from tests.people import FakeClock


class Lines(logging.Handler):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(record.getMessage())


@pytest.fixture
def handler() -> Iterator[Lines]:
    """That of a logger which is nobody else's."""
    handler = Lines()
    logger = logging.getLogger("tests.repeats")
    logger.addHandler(handler)
    logger.propagate = False
    yield handler
    logger.removeHandler(handler)


def test_a_line_that_repeats_is_counted(handler: Lines, clock: FakeClock) -> None:
    """However its words differ: the place in the code is what repeats. The next one says how many there were."""
    handler.addFilter(Repeats(clock))
    logger = logging.getLogger("tests.repeats")
    for number in range(1_000):
        logger.error("A bad packet: %d", number)
        if number == 997:
            clock.advance(10)
    assert handler.written == [
        *(f"A bad packet: {number}" for number in range(LOG_LINES.at_once)),
        f"A bad packet: 998 (and {998 - LOG_LINES.at_once} more like this one)",
    ]
    logger.error("Something else")
    assert handler.written[-1] == "Something else"


def test_different_errors_of_one_place_are_told(handler: Lines, clock: FakeClock) -> None:
    """A server logs every error of an application at one place: a stranger's must not hide another one."""
    handler.addFilter(Repeats(clock))
    logger = logging.getLogger("tests.repeats")

    def log(number: str) -> None:
        try:
            if number:
                int(number)
            [].pop()
        except (ValueError, IndexError) as error:
            logger.exception("Failed: %s", type(error).__name__)

    for _ in range(100):
        log("x")
    log("")
    assert handler.written == [*["Failed: ValueError"] * LOG_LINES.at_once, "Failed: IndexError"]


def test_all_handlers_count(handler: Lines) -> None:
    """Those of libraries, and the one that writes where there is no other."""
    repeats = count_repeats()
    try:
        assert logging.lastResort is not None
        assert repeats in handler.filters
        assert repeats in logging.lastResort.filters
    finally:
        for logger in (logging.root, *logging.root.manager.loggerDict.values()):
            for each in getattr(logger, "handlers", []):
                each.removeFilter(repeats)
        if logging.lastResort:
            logging.lastResort.removeFilter(repeats)

"""Log lines that repeat are counted, not repeated: what a stranger can have logged must not fill the disk.

A filter on every handler of the process, so that it also holds for what asyncio, uvicorn, Streamlit and aiortc log.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator

from calls import limits
from calls.allowance import Allowances


class Repeats(logging.Filter):
    """Lets lines from one place in the code through at limits.LOG_LINES. The next one that comes through says how many
    were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._allowances = Allowances(clock)
        self._left_out: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written."""
        place = _place(record)
        if self._allowances.wait(limits.LOG_LINES, place):
            self._left_out[place] += 1
            return False
        if left_out := self._left_out.pop(place, 0):
            record.msg = f"{record.msg} (and {left_out} more like this one)"
        return True


def _place(record: logging.LogRecord) -> str:
    """Where in the code the line comes from, and the error that it tells of: there are only so many of them."""
    place = f"{record.pathname}:{record.lineno}"
    trace = record.exc_info[2] if record.exc_info else None
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{place} {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else place


def count_repeats() -> Repeats:
    """Have all handlers that there are count what repeats, and the one of last resort."""
    repeats = Repeats()
    for handler in {*_handlers()}:
        handler.addFilter(repeats)
    return repeats


def _handlers() -> Iterator[logging.Handler]:
    loggers = [logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    for logger in (logging.root, *loggers):
        yield from logger.handlers
    if logging.lastResort:
        yield logging.lastResort

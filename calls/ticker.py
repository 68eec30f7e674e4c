"""Something that is done again and again, on a thread of its own: it holds up nobody's media, however long it takes."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Ticker:
    """Calls `action` every so many seconds until it is stopped. An action that raises is called again; the log has each
    kind of error once."""

    def __init__(self, action: Callable[[], None], seconds: float, name: str) -> None:
        self._action, self._seconds, self._name = action, seconds, name
        self._stopped = threading.Event()
        self._said: set[type[Exception]] = set()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No action begins from here on; one that runs may still end."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._action()
            except Exception as error:
                if type(error) not in self._said:
                    self._said.add(type(error))
                    logger.exception("%s failed; it goes on, and does not say so again", self._name)

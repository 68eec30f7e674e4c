"""Who is here, as everybody here may see it; and what has changed of that since any version of it.

The list of people is drawn in the browser. It gets all of it once, and then what changes: one who comes costs each of
a hundred pages one line of text, and no run of the script. Nothing waits for a slow page: what it is told next is
counted from the version that it has.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from calls import limits
from calls.rooms import Participant
from calls.states import Status


@dataclass(frozen=True, slots=True)
class Person:
    """One person as everybody here may see them."""

    name: str
    status: Status
    connected: bool
    """False while the tab is gone and its seat is kept."""


@dataclass(frozen=True, slots=True)
class People:
    """Who is here, or what has changed of it."""

    version: int
    since: int | None
    """The version to which this is to be added; None where it is all there is."""
    here: Mapping[str, Person]
    """By their ids."""
    gone: tuple[str, ...] = ()
    """The ids of those who have left since then."""


class Presence:
    """Not for several threads at once: the registry guards it by its lock."""

    def __init__(self) -> None:
        self.version = 0
        self._here: dict[str, tuple[int, Person]] = {}  # with the version of the last change, which is also the order
        self._gone: deque[tuple[int, str]] = deque(maxlen=limits.GONE_PEOPLE)
        self._oldest = 0  # the first version since which all who have gone are remembered

    def put(self, who: Participant) -> bool:
        """Somebody has come or changed. Whether that is news for the others."""
        person = Person(who.name, who.status, who.connected)
        _, before = self._here.get(who.id, (0, None))
        if person == before:
            return False
        self.version += 1
        self._here.pop(who.id, None)  # so that it comes to stand last
        self._here[who.id] = self.version, person
        return True

    def remove(self, who: str) -> None:
        """Somebody has left."""
        if self._here.pop(who, None) is None:
            return
        self.version += 1
        if len(self._gone) == limits.GONE_PEOPLE:
            self._oldest = self._gone[0][0]
        self._gone.append((self.version, who))

    def since(self, version: int | None) -> People:
        """What has changed since this version; all there is where that cannot be told, or for None."""
        if version is None or not self._oldest <= version <= self.version:
            return People(self.version, None, {who: person for who, (_, person) in self._here.items()})
        changed = {}
        for who, (at, person) in reversed(self._here.items()):
            if at <= version:
                break
            changed[who] = person
        gone = []
        for at, who in reversed(self._gone):
            if at <= version:
                break
            if who not in changed:
                gone.append(who)
        return People(self.version, version, changed, tuple(gone))

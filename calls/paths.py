"""The two paths that the media of a call can take, as plain data: through the server, or from browser to browser.

Times are seconds on the registry's clock.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class MediaPath(StrEnum):
    """How picture and sound travel."""

    SERVER = "server"
    DIRECT = "direct"


class PathReason(StrEnum):
    """Why a room's media take the path that they take."""

    CHOSEN = "chosen"
    JOINED = "joined"
    """Somebody came into a direct call: groups go through the server."""
    EFFECT = "effect"
    """Somebody uses an effect: the server makes it."""
    NO_PATH = "no_path"
    """The two browsers did not reach each other in time."""
    LOST = "lost"
    """They did, and then no more."""


class DirectState(StrEnum):
    """What a browser says of its end of a direct connection."""

    UP = "up"
    """It shows what comes."""
    FAILED = "failed"
    RESTART = "restart"
    """The page was loaded anew, so its end is gone: both have to begin again."""


@dataclass(frozen=True, slots=True)
class Direct:
    """One connection from browser to browser, from its first offer on."""

    id: str
    """Each attempt has its own, so that what belongs to an earlier one is told apart."""
    offerer: str
    """The id of the participant whose browser makes the offer."""
    answerer: str
    deadline: float | None = None
    """When it has to be established; None while it rings, and once it was."""
    up: tuple[str, ...] = ()
    """The ids of those whose browsers show what comes."""
    kept: tuple[str, ...] = ()
    """The offerer's signals so far, as JSON, until there is an answer: the answerer's page may come later than they."""
    answered: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        return self.offerer, self.answerer

    @property
    def established(self) -> bool:
        """Whether both show each other, so that neither needs the server for it."""
        return len(self.up) == 2

    def other(self, who: str) -> str:
        """The id of the one at the other end."""
        return self.answerer if who == self.offerer else self.offerer

    def shown_by(self, who: str) -> "Direct":
        """The connection when this one's browser shows what comes."""
        up = self.up if who in self.up else (*self.up, who)
        return replace(self, up=up, deadline=None if len(up) == 2 else self.deadline)

"""The plain data of Parley: frozen, JSON-able, free of behaviour that needs a lock or a clock.

Times are seconds since the epoch, on the registry's clock.
"""

from dataclasses import dataclass

from calls.states import EndReason, Status


@dataclass(frozen=True, slots=True)
class Participant:
    """One person in one browser tab, as everybody may see them."""

    id: str
    name: str
    since: float
    """When the present status began."""
    status: Status = Status.IDLE
    room: str | None = None
    """The code of the room that the participant is in, or rings for."""
    camera: bool = False
    microphone: bool = False
    connected: bool = True
    """False while the tab is gone and its seat is kept."""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a room's chat."""

    author: str
    name: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Call:
    """How a room began when somebody rang somebody."""

    caller: str
    callee: str
    deadline: float
    """When it stops ringing."""
    ringing: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """Where people meet, by a call or by a link: one kind of room, two ways in."""

    code: str
    opened_at: float
    call: Call | None = None
    members: tuple[str, ...] = ()
    """The ids of those who are in it, first come first."""
    started_at: float | None = None
    """When there were first two in it: the clock of the call runs from here."""
    messages: tuple[Message, ...] = ()
    attended: tuple[Participant, ...] = ()
    """All who rang, were rung or came in, as they were then."""

    @property
    def ringing(self) -> bool:
        return self.call is not None and self.call.ringing

    @property
    def bound(self) -> tuple[str, ...]:
        """The ids of all whose status depends on this room: its members, and who is being rung."""
        return (*self.members, *((self.call.caller, self.call.callee) if self.call and self.call.ringing else ()))


@dataclass(frozen=True, slots=True)
class Ending:
    """What a participant is told when a call is over."""

    reason: EndReason
    name: str
    """The other person."""
    at: float
    missed: bool = False
    seconds: float = 0.0
    """How long they talked."""


@dataclass(frozen=True, slots=True)
class MissedCall:
    caller: str
    name: str
    at: float


@dataclass(frozen=True, slots=True)
class EndedCall:
    """A call that is over, for whoever keeps the history."""

    room: Room
    reason: EndReason
    ended_at: float


@dataclass(frozen=True, slots=True)
class View:
    """All that one participant may know: what a page draws. `version` grows whenever anything in it changes
    but by one's own reading, which only lowers `unread`."""

    version: int
    me: Participant
    room: Room | None
    people: tuple[Participant, ...]
    """Everybody else, by name."""
    ending: Ending | None
    missed: tuple[MissedCall, ...]
    unread: int
    epoch: int
    """Which seat speaks for the participant: it grows when another session takes the place."""

    @property
    def other(self) -> Participant | None:
        """The other person of the call or the room; None while nobody else is there."""
        return next((person for person in self.people if self.room and person.id in self.room.bound), None)


@dataclass(frozen=True, slots=True)
class Change:
    """What a listener hears: who has something new to see, and which calls ended."""

    version: int
    audience: frozenset[str]
    ended: tuple[EndedCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everybody and every room at one moment, for the dashboard and for the media."""

    version: int
    people: tuple[Participant, ...]
    rooms: tuple[Room, ...]

"""The plain data of Parley: frozen, JSON-able, free of behaviour that needs a lock or a clock.

Times are seconds on the registry's clock, which begins anywhere and never jumps: `calls.clock.Time` says when that was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from calls.paths import Direct, MediaPath, PathReason
from calls.states import EndReason, Status


class Layout(StrEnum):
    """What a stage shows of a room."""

    AUTO = "auto"
    """Who speaks while there are two, everybody from three on; a screen that is shared before both."""
    SPEAKER = "speaker"
    GRID = "grid"
    PIN = "pin"
    """One tile, whoever speaks."""


class TileKind(StrEnum):
    """What a tile shows of a person."""

    CAMERA = "camera"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture of one person, and the sound that belongs to it."""

    who: str
    kind: TileKind = TileKind.CAMERA


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
    layout: Layout = Layout.AUTO
    """What this person's stage shows."""
    pinned: Tile | None = None
    """What it shows large, when it is to be always the same tile."""
    small: tuple[Tile, ...] = ()
    """The tiles that it shows so small that the small layer is enough."""
    layers: tuple[str, ...] = ("large",)
    """The layers of this person's camera that are watched: "large", "small"."""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a room's chat."""

    author: str
    name: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody rings somebody: to open a room with them, or to have them come into one."""

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
    """When it began to ring, or the room was opened; for a group of which one was left alone, since then."""
    call: Call | None = None
    """How those in it met, when somebody rang somebody."""
    members: tuple[str, ...] = ()
    """The ids of those who are in it, first come first."""
    started_at: float | None = None
    """When there were first two in it: the clock of the call runs from here."""
    messages: tuple[Message, ...] = ()
    attended: tuple[Participant, ...] = ()
    """All who met in the present call, as they were then: who rang, was rung first, or came in."""
    invites: tuple[Call, ...] = ()
    """The invitations that ring now: their callers are in it, their callees may come."""
    group: bool = False
    """Three have been in it at once: who goes leaves the others in it, down to the last one."""
    tiles: tuple[Tile | None, ...] = ()
    """What each slot of its members' stages shows, by the slot's number; None in a free one. A tile keeps its slot."""
    sharers: tuple[str, ...] = ()
    """The ids of those who share their screens, first come first: each has a tile for it."""
    speakers: tuple[str, ...] = ()
    """The ids of those who spoke last, the last one first."""
    path: MediaPath = MediaPath.SERVER
    """How its media are to travel."""
    path_reason: PathReason | None = None
    path_by: str | None = None
    """The id of whoever chose that path, or is the reason for it."""
    direct: Direct | None = None
    """The connection between two browsers, also while it is given up for the server's path."""

    @property
    def is_pair(self) -> bool:
        """Whether two are in it, whose media may take either path."""
        return len(self.members) == 2

    @property
    def goes_direct(self) -> bool:
        """Whether the media travel from browser to browser now, and nothing is needed of the server."""
        return self.path is MediaPath.DIRECT and self.direct is not None and self.direct.established

    @property
    def ringing(self) -> bool:
        """Whether nobody is in it yet."""
        return self.call is not None and self.call.ringing

    @property
    def rings(self) -> tuple[Call, ...]:
        """All that rings for it: the call that opens it, or the invitations into it."""
        return (self.call,) if self.call and self.call.ringing else self.invites

    @property
    def bound(self) -> tuple[str, ...]:
        """The ids of all whose status depends on this room: its members, and who rings or is rung."""
        waiting = [who for ring in self.rings for who in (ring.caller, ring.callee) if who not in self.members]
        return (*self.members, *waiting)

    def ring_of(self, who: str) -> Call | None:
        """The call by which somebody who is not in it yet rings, or is rung."""
        rings = () if who in self.members else self.rings
        return next((ring for ring in rings if who in (ring.caller, ring.callee)), None)

    def company(self, who: str) -> tuple[str, ...]:
        """The ids of the others in it, first come first; where it still rings for somebody, the other end."""
        ring = self.ring_of(who)
        return tuple(other for other in ((ring.caller, ring.callee) if ring else self.members) if other != who)

    def entered(self, person: Participant, now: float) -> "Room":
        """The room when this person has come in, rung or not."""
        members = (*self.members, person.id)
        back = any(before.id == person.id for before in self.attended)
        room = self if len(members) < 3 else self.through_server(PathReason.JOINED, person.id)
        return replace(
            room,
            members=members,
            tiles=_placed(self.tiles, Tile(person.id)),
            invites=tuple(invite for invite in self.invites if invite.callee != person.id),
            attended=self.attended if back else (*self.attended, person),
            started_at=self.started_at or (now if len(members) > 1 else None),
            group=self.group or len(members) > 2,
        )

    def left(self, who: str, now: float) -> "Room":
        """The room when this member has gone. For one who is left alone it is as if just opened: that call is over."""
        members, sharers, speakers = (_without(who, ids) for ids in (self.members, self.sharers, self.speakers))
        tiles = tuple(None if tile and tile.who == who else tile for tile in self.tiles)
        room = replace(self, members=members, sharers=sharers, speakers=speakers, tiles=tiles)
        if self.direct and who in self.direct.pair:
            room = replace(room, path=MediaPath.SERVER, path_reason=None, path_by=None, direct=None)
        if len(members) > 1:
            return room
        alone = tuple(person for person in self.attended if person.id in members)
        return replace(room, opened_at=now, call=None, started_at=None, attended=alone)

    def sharing(self, who: str, *, shares: bool) -> "Room":
        """The room when this member has begun to share their screen, or has ended that."""
        if shares == (who in self.sharers):
            return self
        screen = Tile(who, TileKind.SCREEN)
        if shares:
            return replace(self, sharers=(*self.sharers, who), tiles=_placed(self.tiles, screen))
        tiles = tuple(None if tile == screen else tile for tile in self.tiles)
        return replace(self, sharers=_without(who, self.sharers), tiles=tiles)

    def through_server(self, reason: PathReason, by: str | None) -> "Room":
        """The room when its media go through the server again. What two browsers show of each other they show until
        that path is up; an attempt that did not get so far is over."""
        if self.path is MediaPath.SERVER:
            return self
        direct = self.direct if self.goes_direct else None
        return replace(self, path=MediaPath.SERVER, path_reason=reason, path_by=by, direct=direct)


def _without(who: str, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if one != who)


def _placed(tiles: tuple[Tile | None, ...], tile: Tile) -> tuple[Tile | None, ...]:
    """With the tile in the first free slot."""
    free = tiles.index(None) if None in tiles else len(tiles)
    return (*tiles[:free], tile, *tiles[free + 1 :])


@dataclass(frozen=True, slots=True)
class Ending:
    """What a participant is told when a call is over."""

    reason: EndReason
    names: tuple[str, ...]
    """The others in it, first come first."""
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
    """All that one participant may know: what a page draws. `version` grows whenever anything in it changes."""

    version: int
    me: Participant
    room: Room | None
    company: tuple[Participant, ...]
    """Everybody else whom the room concerns: who is in it, who rings for it, and who is rung."""
    ending: Ending | None
    missed: tuple[MissedCall, ...]
    unread: int
    epoch: int
    """Which seat speaks for the participant: it grows when another session takes the place."""

    @property
    def other(self) -> Participant | None:
        """Who calls or is called while it rings, then the first of the others; None while nobody else is there."""
        return next(iter(self._those(self.room.company(self.me.id) if self.room else ())), None)

    @property
    def others(self) -> tuple[Participant, ...]:
        """Everybody else in the room, in the order they came."""
        return self._those(self.room.members if self.room else ())

    @property
    def invited(self) -> tuple[Participant, ...]:
        """Who is being rung to come into the room, in that order."""
        return self._those(invite.callee for invite in (self.room.invites if self.room else ()))

    def _those(self, ids: Iterable[str]) -> tuple[Participant, ...]:
        people = {person.id: person for person in self.company}
        return tuple(people[who] for who in ids if who in people)


@dataclass(frozen=True, slots=True)
class Change:
    """What a listener hears: who has something new to see, and which calls ended."""

    version: int
    audience: frozenset[str]
    ended: tuple[EndedCall, ...] = ()
    public: bool = False
    """Whoever looks at all that goes on has something new to see as well: who is here, and what has been."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everybody and every room at one moment, for the dashboard and for the media."""

    version: int
    people: tuple[Participant, ...]
    rooms: tuple[Room, ...]

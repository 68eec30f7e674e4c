"""The shared room registry: who is here, who rings whom, who is in which room.

It holds plain data only, under the one lock of Parley, so that another implementation can keep it in a store that
several servers share. What it hands out is frozen. Listeners are called outside the lock, after the change.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from calls import limits
from calls.allowance import Allowances
from calls.clock import Clock, steady
from calls.errors import BusyError, IllegalTransitionError, InputError, RoomFullError, ScreensError, UnknownError
from calls.limits import SCREENS
from calls.lookalikes import skeleton
from calls.paths import Direct, DirectState, MediaPath, PathReason
from calls.presence import People, Presence
from calls.rooms import (
    Call,
    Change,
    EndedCall,
    Ending,
    Layout,
    Message,
    MissedCall,
    Participant,
    Room,
    Snapshot,
    Tile,
    View,
)
from calls.states import PUT_DOWN, REASONS, EndReason, Event, Status, after
from calls.text import clean_code, clean_message, clean_name, new_code

logger = logging.getLogger(__name__)

Listener = Callable[[Change], None]


@dataclass(frozen=True, slots=True)
class Seat:
    """A session's claim to speak for a participant. A later `attach` with the same token takes it over."""

    id: str
    token: str
    epoch: int


@dataclass(slots=True)
class _Tab:
    """What the registry knows of a participant's tab, and nobody else may see."""

    token: str
    address: str
    gone_at: float | None
    """Since when no session holds the seat."""
    epoch: int = 0
    version: int = 0
    ending: Ending | None = None
    missed: tuple[MissedCall, ...] = ()
    read: int = 0
    heard_at: float = 0.0
    within: float | None = None
    """The page has promised to be heard again so many seconds after `heard_at`."""

    def lost_since(self, now: float) -> float | None:
        """Since when there is no sign of the tab; None while there is one.

        A promise counts for more than a session. A network that has gone takes no leave, so its session seems to be
        there for half a minute; and a page that is heard is there, also while its session begins anew.
        """
        if self.within is None:
            return self.gone_at
        return self.heard_at + self.within if now >= self.heard_at + 2 * self.within else None


class Registry:
    """Every method may be called from any thread. Errors are those of `calls.errors`; one that raises changes nothing
    but what `call` and `invite` say of a busy person. RateLimitError comes from `enter`, `call`, `invite`, `open_room`,
    `join` and `say`."""

    def __init__(
        self,
        *,
        clock: Clock = steady,
        ring_timeout: float = 30.0,
        seat_grace: float = 15.0,
        capacity: int = 8,
        direct_timeout: float = 8.0,
    ) -> None:
        self.capacity = capacity
        """How many a room holds; who is being rung into it counts."""
        self._clock = clock
        self._ring_timeout, self._seat_grace, self._direct_timeout = ring_timeout, seat_grace, direct_timeout
        self._lock = threading.Lock()
        self._people: dict[str, Participant] = {}
        self._tabs: dict[str, _Tab] = {}
        self._rooms: dict[str, Room] = {}
        self._presence = Presence()
        self._version = self._public = self._announced = self._past = 0
        self._audience: set[str] = set()
        self._ended: list[EndedCall] = []
        self._listeners: list[Listener] = []
        self._allowances = Allowances(self._clock)

    # People and their tabs

    def enter(self, name: str, address: str = "") -> Seat:
        """Let a person in under this name, with a number where one here cannot be told from it. `address` is the
        network that the person comes from; what its people do counts together. InputError, RateLimitError."""
        with self._changing():
            self._allowances.spend(limits.ENTERS.times(limits.ADDRESS_PEOPLE), address)
            me = Participant(secrets.token_hex(8), self._free_name(clean_name(name)), self._clock())
            self._tabs[me.id] = _Tab(secrets.token_urlsafe(24), address, gone_at=None)
            self._put(me)
            return self._seat(me.id)

    def attach(self, token: str) -> Seat:
        """Take the seat of the tab with this token, from a session that is gone or from one that still runs.

        Raises UnknownError when the tab is not known (any more).
        """
        with self._changing():
            who = self._id_of(token)
            tab = self._tabs[who]
            tab.epoch, tab.gone_at = tab.epoch + 1, None
            if tab.lost_since(self._clock()) is not None:
                tab.within = None  # the session is the sign of life now; a promise that still holds stays one
            self._put(replace(self._people[who], connected=True))
            self._touch([who])  # a session that held the seat until now has to see that it does not
            return self._seat(who)

    def detach(self, seat: Seat) -> None:
        """The session of this seat is gone: keep the place for the grace period. A seat taken over is not touched."""
        with self._changing():
            if self._holds(seat) and self._tabs[seat.id].gone_at is None:
                self._tabs[seat.id].gone_at = self._clock()
                self._look_for(seat.id)

    def heard(self, who: str, within: float | None) -> None:
        """The participant's page is there. It says so again `within` so many seconds, or counts as lost after twice
        that time; None where it promises nothing, as in a tab that nobody looks at. One that comes and goes too often
        stays lost for a while, since everybody is told each time. UnknownError."""
        with self._changing():
            if not self._person(who).connected and self._allowances.wait(limits.RETURNS, who):
                return
            tab = self._tabs[who]
            tab.heard_at, tab.within = self._clock(), within
            self._look_for(who)

    def unheard(self, who: str) -> None:
        """A line of the participant's has ended. A promise is off, unless it is broken already; twice is no error."""
        with self._changing():
            tab = self._tabs.get(who)
            if tab and tab.lost_since(self._clock()) is None:
                tab.within = None
                self._look_for(who)

    def identify(self, token: str) -> str:
        """The id of the participant whose tab has this token. UnknownError."""
        with self._lock:
            return self._id_of(token)

    def leave(self, who: str) -> None:
        """Sign out, hanging up first. Leaving twice is no error."""
        with self._changing():
            if who in self._people:
                self._remove(who, PUT_DOWN.get(self._people[who].status))

    def set_media(self, who: str, *, camera: bool, microphone: bool, screen: bool = False) -> None:
        """Tell those in the same call what this participant sends; no other is shown it, and a screen is shared in a
        call alone. UnknownError, and ScreensError where no further one may be shared: then nothing has changed."""
        with self._changing():
            me = replace(self._person(who), camera=camera, microphone=microphone)
            room = self._rooms[me.room or ""] if me.status is Status.IN_CALL else None
            after = room and self._shared(room, who, shares=screen)
            if me != self._people[who] or after != room:
                self._people[who] = me
                if after:
                    self._rooms[after.code] = after
                self._touch(after.members if after else [who])

    @staticmethod
    def _shared(room: Room, who: str, *, shares: bool) -> Room:
        after = room.sharing(who, shares=shares)
        if len(after.sharers) > max(SCREENS, len(room.sharers)):
            raise ScreensError(f"{SCREENS} screens are shared already. When one of them ends, you can share yours.")
        return after

    def ask_layers(self, who: str, layers: tuple[str, ...]) -> None:
        """These layers of the participant's picture are watched, and to be sent. Who has gone is no error: media come
        late."""
        with self._changing():
            if who in self._people and self._people[who].layers != layers:
                self._people[who] = replace(self._people[who], layers=layers)
                self._touch([who])

    def watch(self, who: str, small: Iterable[Tile]) -> None:
        """The participant's page shows these tiles small. UnknownError."""
        with self._changing():
            me, room = self._person(who), self._rooms.get(self._person(who).room or "")
            tiles = tuple(tile for tile in (room.tiles if room else ()) if tile and tile in set(small))
            if tiles != me.small:
                self._people[who] = replace(me, small=tiles)
                self._touch([who])

    def choose_layout(self, who: str, layout: Layout, pinned: Tile | None = None) -> None:
        """What the participant's stage shows; `pinned` is the tile that it shows large all the time, which has to be in
        the same room. UnknownError."""
        with self._changing():
            me = self._person(who)
            if pinned is not None and pinned not in self._room_with(who).tiles:
                raise UnknownError("This is not in the room any more.")
            self._people[who] = replace(me, layout=layout, pinned=pinned)
            self._touch([who])

    def speaks(self, code: str, who: str) -> None:
        """Somebody has begun to speak in a room. A room or a person that has gone is no error: sound comes late."""
        with self._changing():
            room = self._rooms.get(code)
            if room and who in room.members and room.speakers[:1] != (who,):
                before = tuple(other for other in room.speakers if other != who and other in room.members)
                self._rooms[code] = replace(room, speakers=(who, *before))
                self._touch(room.members)

    # Calls

    def call(self, caller: str, callee: str, *, direct: bool = False) -> str:
        """Ring somebody; returns the room's code. Calling back who is ringing oneself is the answer (glare). A direct
        call is to go from browser to browser, and the offer for it rings along.

        Raises BusyError when they are not free: the caller stays IDLE, and both are told. Else UnknownError,
        IllegalTransitionError, and InputError for calling oneself.
        """
        with self._changing():
            me, them = self._person(caller), self._person(callee)
            if caller == callee:
                raise InputError("You cannot call yourself.")
            if me.room and them.room == me.room:
                self._answer(self._rooms[me.room], caller)
                return me.room
            self._require_idle(me)
            self._spend(limits.RINGS, caller)
            room = self._new_room(self._ring(me, them), me, them)
            if direct:
                attempt = self._new_direct(caller, callee, None)
                room = replace(room, path=MediaPath.DIRECT, path_by=caller, direct=attempt)
            self._rooms[room.code] = room
            self._move(me, Event.CALL, room.code)
            self._move(them, Event.RING, room.code)
            return room.code

    def invite(self, who: str, whom: str) -> None:
        """Ring somebody into the room that one is in. Who is in it already, or is being rung for it, may be invited
        again: nothing happens.

        It is a call of its own until it is answered. Where it is not, the two are told as after any call, and the
        inviter stays in the room. An invitation ends with the inviter's stay, and with the room.

        Raises BusyError as `call` does, RoomFullError, UnknownError, and InputError for inviting oneself.
        """
        with self._changing():
            me, them, room = self._person(who), self._person(whom), self._room_with(who)
            if who == whom:
                raise InputError("You cannot invite yourself.")
            if them.room == room.code:
                return
            self._spend(limits.RINGS, who)
            self._require_place(room)
            ring = self._ring(me, them)
            self._tabs[who].ending = None
            self._rooms[room.code] = replace(room, invites=(*room.invites, ring))
            self._move(them, Event.RING, room.code)

    def cancel_invite(self, who: str, whom: str) -> None:
        """Take one's invitation back. No error when it was answered or has stopped ringing by now. UnknownError."""
        with self._changing():
            room = self._rooms.get(self._person(who).room or "")
            for invite in room.invites if room else ():
                if (invite.caller, invite.callee) == (who, whom):
                    self._withdraw(invite, Event.CANCEL)

    def accept(self, who: str, code: str, deadline: float | None = None) -> None:
        """Answer what rings for this room: the call that opens it, or an invitation. Accepting twice is no error. With
        a `deadline`, it answers the ring that has this one: there may be another one for the same room by now.

        Raises UnknownError when it has stopped ringing: cancelled at the same moment, say.
        """
        with self._changing():
            room = self._rooms[code] if self._person(who).room == code else None
            ring = room.ring_of(who) if room else None
            if room is None or (ring and deadline not in (None, ring.deadline)):
                raise UnknownError("This call is over: it was cancelled or has stopped ringing.")
            self._answer(room, who)

    def put_down(self, who: str, code: str, deadline: float | None = None) -> None:
        """Cancel, decline or hang up, whichever it is now; with a `deadline`, end the ring that has this one, and
        nothing else. No error when that is over already."""
        with self._changing():
            me = self._people.get(who)
            if me is None or me.room != code:
                return
            ring = self._rooms[code].ring_of(who)
            if deadline is None or (ring and ring.deadline == deadline):
                self._part(me, PUT_DOWN[me.status])

    # Rooms

    def open_room(self, who: str) -> str:
        """Open a room, alone in it at first; returns its code. Who waits alone in a room has opened it already.

        Raises UnknownError, IllegalTransitionError.
        """
        with self._changing():
            me = self._person(who)
            waits_in = self._rooms.get(me.room or "")
            if waits_in and waits_in.members == (who,):
                return waits_in.code
            self._require_idle(me)
            self._spend(limits.ROOMS, who)
            room = self._new_room(None)
            self._enter(me, room, Event.JOIN)
            return room.code

    def join(self, who: str, code: str) -> str:
        """Come into a room by its code, as typed; returns the code. Joining twice is no error, and who is being rung
        into the room answers by joining.

        Raises InputError for what is no code, UnknownError, RoomFullError, IllegalTransitionError.
        """
        with self._changing():
            me = self._person(who)
            if clean_code(code) != me.room:
                self._spend(limits.JOINS, who)
            room = self._room_to_join(code)
            if me.room == room.code:
                self._answer(room, who)
                return room.code
            self._require_idle(me)
            self._require_place(room)
            self._enter(me, room, Event.JOIN)
            return room.code

    def rejoin(self, who: str, code: str) -> str:
        """Come back into a room by its code; returns the code. A room that has closed meanwhile, with the server it was
        on say, is opened again, so that all who were in it find each other there.

        Raises as `join` does, except that no room is missing.
        """
        with self._changing():
            me = self._person(who)
            self._require_idle(me)
            self._spend(limits.JOINS, who)
            found = self._rooms.get(clean_code(code)) or replace(self._new_room(None), code=clean_code(code))
            if found.ringing:
                raise UnknownError("This call rings for others now.")
            self._require_place(found)
            self._enter(me, found, Event.JOIN)
            return found.code

    def is_open(self, code: str) -> bool:
        """Whether one could join a room by this code, as typed, had it a place."""
        with self._lock, suppress(InputError, UnknownError):
            self._room_to_join(code)
            return True
        return False

    @property
    def now(self) -> float:
        """What time it is on the clock by which all of this is reckoned, in seconds."""
        return self._clock()

    def say(self, who: str, code: str, text: str) -> None:
        """Say something in the chat of the room that one is in, which has this code. InputError, UnknownError."""
        with self._changing():
            me, room = self._person(who), self._room_with(who)
            if room.code != code:
                raise UnknownError("You are not in that room any more, so this reaches nobody.")
            if len(room.messages) >= limits.CHAT_LENGTH:
                raise InputError("This chat is full. Open a new room to go on.")
            self._spend(limits.SAYINGS, who)
            message = Message(who, me.name, clean_message(text), self._clock())
            self._rooms[room.code] = replace(room, messages=(*room.messages, message))
            self._touch(room.members)

    def mark_read(self, who: str, code: str, count: int) -> None:
        """The participant has seen so many messages of the room with this code; of another one it is no error.
        UnknownError."""
        with self._changing():
            room, tab = self._rooms.get(self._person(who).room or ""), self._tabs[who]
            if room and room.code == code and who in room.members:
                before, tab.read = tab.read, max(tab.read, min(count, len(room.messages)))
                if _unread(room, who, before) != _unread(room, who, tab.read):
                    self._touch([who])

    # The path of the media

    def choose_path(self, who: str, path: MediaPath, reason: PathReason = PathReason.CHOSEN) -> None:
        """Have the media of one's call travel so, from now on and for both. The same again is nothing.

        Raises UnknownError without a call, InputError where a direct one would not be between two.
        """
        with self._changing():
            room = self._rooms.get(self._person(who).room or "")
            if room is None or not (room.ringing or who in room.members):
                raise UnknownError("You are in no call, so there is no path to choose.")
            if path is MediaPath.SERVER:
                self._take_path(room, room.through_server(reason, who))
            elif room.path is not path:
                if not room.is_pair:
                    raise InputError("Only a call of two can be direct.")
                attempt = self._new_direct(who, room.company(who)[0], self._clock() + self._direct_timeout)
                self._take_path(room, replace(room, path=path, path_reason=reason, path_by=who, direct=attempt))

    def signal(self, who: str, call: str, kind: str, text: str) -> str:
        """Take a signal from one browser of a direct call for the other; returns the id of the other's participant.
        `text` is the whole signal as JSON, `kind` its type. An answer accepts what still rings.

        Raises UnknownError for a call that is not theirs, or is over.
        """
        with self._changing():
            room, direct = self._direct_of(who, call)
            if who == direct.offerer and not direct.answered:
                kept = (text,) if kind == "offer" else (*direct.kept, text)
                direct = replace(direct, kept=kept[: limits.KEPT_SIGNALS])
            elif kind == "answer":
                direct = replace(direct, kept=(), answered=True)
            elif room.ringing:
                raise UnknownError("This call still rings: answer it first.")
            self._rooms[room.code] = room = replace(room, direct=direct)  # nobody sees a signal: nobody is woken
            if who == direct.answerer:
                self._answer(room, who)
            return direct.other(who)

    def kept_signals(self, who: str) -> tuple[str, ...]:
        """What the other's browser has said so far to one who has not answered. UnknownError."""
        with self._lock:
            room = self._rooms.get(self._person(who).room or "")
            direct = room.direct if room else None
            return direct.kept if direct and who == direct.answerer else ()

    def report_direct(self, who: str, call: str, state: DirectState) -> None:
        """A browser says how its end of a direct call is. UnknownError as `signal` does."""
        with self._changing():
            room, direct = self._direct_of(who, call)
            if room.path is MediaPath.SERVER:
                return  # it was given up meanwhile
            if state is DirectState.FAILED:
                reason = PathReason.LOST if direct.established else PathReason.NO_PATH
                self._take_path(room, room.through_server(reason, None))
            elif state is DirectState.RESTART:
                deadline = None if room.ringing else self._clock() + self._direct_timeout
                self._take_path(room, replace(room, direct=self._new_direct(*direct.pair, deadline)))
            elif who in room.members:
                self._take_path(room, replace(room, direct=direct.shown_by(who)))

    # What one is told

    def tell_lost(self, who: str) -> None:
        """The participant has come in anew after having been away for too long: they are told, as after a call that was
        lost. UnknownError."""
        with self._changing():
            self._person(who)
            self._tell(who, Ending(EndReason.CONNECTION_LOST, (), self._clock()))
            self._touch([who])

    def dismiss(self, who: str) -> None:
        """The participant has seen how the last call ended. UnknownError."""
        with self._changing():
            self._person(who)
            if self._tabs[who].ending:
                self._tabs[who].ending = None
                self._touch([who])

    def clear_missed(self, who: str) -> None:
        """The participant has seen the missed calls. UnknownError."""
        with self._changing():
            self._person(who)
            if self._tabs[who].missed:
                self._tabs[who].missed = ()
                self._touch([who])

    def view(self, who: str) -> View:
        """All that this participant may see now. UnknownError."""
        with self._lock:
            me, tab = self._person(who), self._tabs[who]
            room = self._rooms.get(me.room or "")
            if room and who not in room.members:  # what is said there is not for whoever still rings
                room = replace(room, messages=(), speakers=(), sharers=(), tiles=())
            room = room and _with_path_for(room, who)
            company = [_as_seen_by(me, self._people[other]) for other in (room.bound if room else ()) if other != who]
            unread = _unread(room, who, tab.read) if room else 0
            seen = _as_seen_by(me, me)
            return View(tab.version, seen, room, tuple(company), tab.ending, tab.missed, unread, tab.epoch)

    def people(self, since: int | None = None) -> People:
        """Who is here, as everybody may see it; what has changed of it, since a version that was handed out before."""
        with self._lock:
            return self._presence.since(since)

    def version(self, who: str | None) -> int:
        """The version of `view(who)`, without making one; of what is to be seen by anybody, for None. UnknownError."""
        with self._lock:
            if who is None:
                return self._public
            self._person(who)
            return self._tabs[who].version

    def snapshot(self) -> Snapshot:
        """Everybody and every room, as they are now."""
        with self._lock:
            return Snapshot(self._version, tuple(self._people.values()), tuple(self._rooms.values()))

    def expire(self) -> None:
        """Let what is over be over: rings without answer, seats whose tab has not come back."""
        with self._changing():
            pass

    def announce(self) -> None:
        """Have whoever looks at the past look again: there is more of it, or it could not be kept."""
        with self._changing():
            self._past += 1
            self._publish()

    @property
    def past(self) -> int:
        """The version of what has been: how often it was announced."""
        with self._lock:
            return self._past

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every change, on the thread that made it, outside the lock; returns how to stop."""
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # Inside the lock

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            with self._lock:
                self._expire()
                yield
        finally:
            self._notify()

    def _notify(self) -> None:
        with self._lock:
            public = self._public > self._announced
            if not (self._audience or self._ended or public):
                return
            change = Change(self._version, frozenset(self._audience), tuple(self._ended), public)
            self._audience, self._ended, self._announced = set(), [], self._public
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(change)
            except Exception:  # the change is made: one listener's fault must not reach the caller or the others
                logger.exception("A listener failed on version %d", change.version)

    def _expire(self) -> None:
        now = self._clock()
        for ring in [ring for room in self._rooms.values() for ring in room.rings if ring.deadline <= now]:
            self._part(self._people[ring.callee], Event.TIMEOUT)
        for room in [room for room in self._rooms.values() if room.direct]:
            if room.direct and room.direct.deadline is not None and room.direct.deadline <= now:
                self._take_path(room, room.through_server(PathReason.NO_PATH, None))
        for who, tab in [*self._tabs.items()]:
            since = tab.lost_since(now)
            if since is not None and since + self._seat_grace <= now:
                self._remove(who, Event.LOSE)
            else:
                self._look_for(who)

    def _look_for(self, who: str) -> None:
        """Let the others see whether the participant's tab is there."""
        connected = self._tabs[who].lost_since(self._clock()) is None
        if connected != self._people[who].connected:
            self._put(replace(self._people[who], connected=connected))

    def _person(self, who: str) -> Participant:
        try:
            return self._people[who]
        except KeyError:
            raise UnknownError("This person is not here any more.") from None

    def _spend(self, rate: limits.Rate, who: str) -> None:
        self._allowances.spend(rate, who)
        self._allowances.spend(rate.times(limits.ADDRESS_PEOPLE), self._tabs[who].address)

    def _id_of(self, token: str) -> str:
        for who, tab in self._tabs.items():
            if secrets.compare_digest(tab.token.encode(), token.encode("utf-8", "surrogatepass")):
                return who
        raise UnknownError("This tab is not known to the server. Enter your name again.")

    def _seat(self, who: str) -> Seat:
        return Seat(who, self._tabs[who].token, self._tabs[who].epoch)

    def _holds(self, seat: Seat) -> bool:
        tab = self._tabs.get(seat.id)
        return tab is not None and tab.epoch == seat.epoch

    def _free_name(self, name: str) -> str:
        taken = {skeleton(person.name) for person in self._people.values()}
        number, free = 2, name
        while skeleton(free) in taken:
            suffix = f" {number}"
            number, free = number + 1, clean_name(name[: 40 - len(suffix)]) + suffix
        return free

    def _touch(self, audience: Iterable[str]) -> None:
        self._version += 1
        for who in audience:
            self._audience.add(who)
            if who in self._tabs:
                self._tabs[who].version = self._version

    def _publish(self) -> None:
        """Something has changed for whoever looks at all that goes on; for nobody's own page."""
        self._touch(())
        self._public = self._version

    def _put(self, participant: Participant) -> None:
        before = self._people.get(participant.id)
        if before == participant:
            return
        self._people[participant.id] = participant
        if self._presence.put(participant):
            self._publish()
        rooms = (self._rooms.get(code or "") for code in {participant.room, before.room if before else None})
        self._touch({participant.id, *(who for room in rooms if room for who in room.bound)})

    def _move(self, participant: Participant, event: Event, room: str | None) -> None:
        status = after(participant.status, event)
        if status is not Status.IDLE:
            self._tabs[participant.id].ending = None
        if participant.room != room:
            self._tabs[participant.id].read = 0
            participant = replace(participant, layout=Layout.AUTO, pinned=None, small=())
        self._put(replace(participant, status=status, room=room, since=self._clock()))

    def _require_idle(self, me: Participant) -> None:
        if me.status is Status.IN_CALL:
            raise IllegalTransitionError("You are in a call already. Hang up first.")
        if me.status is not Status.IDLE:
            raise IllegalTransitionError("A call is ringing. Answer or end it first.")

    def _require_place(self, room: Room) -> None:
        if len(room.bound) >= self.capacity:
            raise RoomFullError(f"This room is full: it holds {self.capacity}.")

    def _room_to_join(self, code: str) -> Room:
        room = self._rooms.get(clean_code(code))
        if room is None or room.ringing:
            raise UnknownError("No room has this code. It may have closed: ask for a new link.")
        return room

    def _room_with(self, who: str) -> Room:
        room = self._rooms.get(self._people[who].room or "")
        if room is None or who not in room.members:
            raise UnknownError("You are not in a room, so this reaches nobody.")
        return room

    def _new_room(self, call: Call | None, *attended: Participant) -> Room:
        return Room(new_code(), self._clock(), call, attended=attended)

    def _new_direct(self, offerer: str, answerer: str, deadline: float | None) -> Direct:
        return Direct(secrets.token_hex(8), offerer, answerer, deadline)

    def _direct_of(self, who: str, call: str) -> tuple[Room, Direct]:
        room = self._rooms.get(self._person(who).room or "")
        if room is None or room.direct is None or room.direct.id != call or who not in room.direct.pair:
            raise UnknownError("There is no such direct call of yours, or it is over.")
        return room, room.direct

    def _take_path(self, before: Room, room: Room) -> None:
        if room != before:
            self._rooms[room.code] = room
            self._touch(room.members or room.bound)

    def _ring(self, caller: Participant, callee: Participant) -> Call:
        call = Call(caller.id, callee.id, self._clock() + self._ring_timeout)
        if callee.status is not Status.IDLE:
            self._turn_away(self._new_room(call, caller, callee), caller, callee)
            raise BusyError(f"{callee.name} is in another call.")
        return call

    def _turn_away(self, room: Room, caller: Participant, callee: Participant) -> None:
        self._tell(caller.id, Ending(EndReason.BUSY, (callee.name,), self._clock()))
        self._miss(callee.id, caller)
        self._report(room, EndReason.BUSY)
        self._touch([caller.id, callee.id])

    def _answer(self, room: Room, by: str) -> None:
        ring = room.ring_of(by)
        if ring is None or by != ring.callee:
            return  # answered already, or the caller pressed twice
        if room.started_at is None:
            room = replace(room, call=replace(ring, ringing=False))
        if room.direct and not room.members:
            room = replace(room, direct=replace(room.direct, deadline=self._clock() + self._direct_timeout))
        for who, event in ((ring.caller, Event.ANSWERED), (by, Event.ACCEPT)):
            if who not in room.members:
                room = self._enter(self._people[who], room, event)

    def _enter(self, me: Participant, room: Room, event: Event) -> Room:
        self._move(me, event, room.code)
        self._rooms[room.code] = room = room.entered(me, self._clock())
        return room

    def _part(self, me: Participant, event: Event) -> None:
        """One person goes. A call of two, ringing or answered, is over for both; an invitation, for who is invited; a
        group goes on without the one who goes."""
        room = self._rooms[me.room or ""]
        if room.members and (invite := room.ring_of(me.id)):
            self._withdraw(invite, event)
        elif room.group and len(room.members) > 1:
            self._go(me, room, event)
        else:
            self._end(room, event)

    def _withdraw(self, invite: Call, event: Event) -> None:
        """An invitation is over and was not answered: a call of its own, while the inviter's goes on."""
        inviter, invited = self._people[invite.caller], self._people[invite.callee]
        room = self._rooms[invited.room or ""]
        self._rooms[room.code] = replace(room, invites=tuple(other for other in room.invites if other != invite))
        ring = Room(new_code(), invited.since, invite, attended=(inviter, invited))
        if event is not Event.CANCEL:
            self._tell(inviter.id, self._ending(ring, inviter, event))
        self._tell(invited.id, self._ending(ring, invited, event))
        self._move(invited, event, None)
        self._report(ring, REASONS[event])

    def _go(self, me: Participant, room: Room, event: Event) -> None:
        for invite in room.invites:
            if invite.caller == me.id:
                self._withdraw(invite, Event.CANCEL)
        before = self._rooms[room.code]
        self._rooms[room.code] = after = before.left(me.id, self._clock())
        self._tell(me.id, self._ending(before, me, event))
        self._move(me, event, None)
        if after.started_at is None:
            self._report(before, REASONS[event])

    def _end(self, room: Room, event: Event) -> None:
        for invite in room.invites:
            self._withdraw(invite, Event.CANCEL)
        room = self._rooms.pop(room.code)
        for me in [self._people[who] for who in room.bound]:
            if room.call or room.started_at or room.group:
                self._tell(me.id, self._ending(room, me, event))
            self._move(me, event, None)
        if room.call or room.started_at:
            self._report(room, REASONS[event])

    def _report(self, room: Room, reason: EndReason) -> None:
        self._ended.append(EndedCall(room, reason, self._clock()))

    def _ending(self, room: Room, me: Participant, event: Event) -> Ending:
        now = self._clock()
        others = [self._people[who] for who in room.company(me.id)]
        missed = bool(room.call and room.ringing and room.call.callee == me.id and event is not Event.DECLINE)
        if missed:
            self._miss(me.id, others[0])
        seconds = now - max(room.started_at, me.since) if room.started_at else 0.0
        return Ending(REASONS[event], tuple(other.name for other in others), now, missed, seconds)

    def _tell(self, who: str, ending: Ending) -> None:
        self._tabs[who].ending = ending

    def _miss(self, who: str, caller: Participant) -> None:
        before = (call for call in self._tabs[who].missed if call.caller != caller.id)
        self._tabs[who].missed = (MissedCall(caller.id, caller.name, self._clock()), *before)[: limits.MISSED_LENGTH]

    def _remove(self, who: str, event: Event | None) -> None:
        me = self._people[who]
        if me.room and event:
            self._part(me, event)
        del self._people[who], self._tabs[who]
        self._presence.remove(who)
        self._publish()
        self._touch([who])


def _as_seen_by(me: Participant, person: Participant) -> Participant:
    """What somebody sends is shown to those in the same call. A room's code lets in whoever knows it, so it is shown to
    those whose room it is."""
    if me.room != person.room:
        person = replace(person, room=None)
    if person.id == me.id or (person.room and me.status is person.status is Status.IN_CALL):
        return person
    return replace(person, camera=False, microphone=False)


def _unread(room: Room, who: str, read: int) -> int:
    """How many messages of others come after those that have been read."""
    return sum(message.author != who for message in room.messages[read:])


def _with_path_for(room: Room, who: str) -> Room:
    """The room without what browsers say to each other; who is not in the call sees nothing of its path."""
    if room.direct and who in room.direct.pair:
        return replace(room, direct=replace(room.direct, kept=(), answered=False))
    if who in room.members:
        return replace(room, direct=None)
    return replace(room, path=MediaPath.SERVER, path_reason=None, path_by=None, direct=None)

"""The shared room registry: who is here, who rings whom, who is in which room.

It holds plain data only, under the one lock of Parley, so that another implementation can keep it in a store that
several servers share. What it hands out is frozen. Listeners are called outside the lock, after the change.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from calls.errors import BusyError, IllegalTransitionError, InputError, RoomFullError, UnknownError
from calls.rooms import Call, Change, EndedCall, Ending, Message, MissedCall, Participant, Room, Snapshot, View
from calls.states import PUT_DOWN, REASONS, EndReason, Event, Status, after
from calls.text import clean_code, clean_message, clean_name, new_code

logger = logging.getLogger(__name__)

Clock = Callable[[], float]
Listener = Callable[[Change], None]

CHAT_LENGTH = 5_000
MISSED_LENGTH = 20


def steady_clock() -> Clock:
    """Seconds since the epoch that never jump: the time of day when it was made, plus monotonic time."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


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
    gone_at: float | None
    epoch: int = 0
    version: int = 0
    ending: Ending | None = None
    missed: tuple[MissedCall, ...] = ()
    read: int = 0


class Registry:
    """Every method may be called from any thread. Errors are those of `calls.errors`; one that raises changes nothing
    but what `call` says of a busy person."""

    def __init__(
        self, *, clock: Clock | None = None, ring_timeout: float = 30.0, seat_grace: float = 15.0, capacity: int = 2
    ) -> None:
        self._clock = clock or steady_clock()
        self._ring_timeout, self._seat_grace, self._capacity = ring_timeout, seat_grace, capacity
        self._lock = threading.Lock()
        self._people: dict[str, Participant] = {}
        self._tabs: dict[str, _Tab] = {}
        self._rooms: dict[str, Room] = {}
        self._version = 0
        self._audience: set[str] = set()
        self._ended: list[EndedCall] = []
        self._listeners: list[Listener] = []

    # People and their tabs

    def enter(self, name: str) -> Seat:
        """Let a person in under this name, or under the name and a number where it is taken. InputError."""
        with self._changing():
            me = Participant(secrets.token_hex(8), self._free_name(clean_name(name)), self._clock())
            self._people[me.id] = me
            self._tabs[me.id] = _Tab(secrets.token_urlsafe(24), gone_at=None)
            self._touch(self._people)
            return self._seat(me.id)

    def attach(self, token: str) -> Seat:
        """Take the seat of the tab with this token, from a session that is gone or from one that still runs.

        Raises UnknownError when the tab is not known (any more).
        """
        with self._changing():
            who = self._id_of(token)
            tab = self._tabs[who]
            tab.epoch, tab.gone_at = tab.epoch + 1, None
            self._put(replace(self._people[who], connected=True))
            self._touch([who])  # a session that held the seat until now has to see that it does not
            return self._seat(who)

    def detach(self, seat: Seat) -> None:
        """The session of this seat is gone: keep the place for the grace period. A seat taken over is not touched."""
        with self._changing():
            if self._holds(seat) and self._tabs[seat.id].gone_at is None:
                self._tabs[seat.id].gone_at = self._clock()
                self._put(replace(self._people[seat.id], connected=False))

    def identify(self, token: str) -> str:
        """The id of the participant whose tab has this token. UnknownError."""
        with self._lock:
            return self._id_of(token)

    def rename(self, who: str, name: str) -> None:
        """Change a participant's name, numbered where it is taken. InputError, UnknownError."""
        with self._changing():
            me = self._person(who)
            self._put(replace(me, name=self._free_name(clean_name(name), but=who)))

    def leave(self, who: str) -> None:
        """Sign out, hanging up first. Leaving twice is no error."""
        with self._changing():
            if who in self._people:
                self._remove(who, PUT_DOWN.get(self._people[who].status))

    def set_media(self, who: str, *, camera: bool, microphone: bool) -> None:
        """Tell the others what this participant sends. UnknownError."""
        with self._changing():
            self._put(replace(self._person(who), camera=camera, microphone=microphone))

    # Calls

    def call(self, caller: str, callee: str) -> str:
        """Ring somebody; returns the room's code. Calling back who is ringing oneself is the answer (glare).

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
            room = self._new_room(Call(caller, callee, self._clock() + self._ring_timeout), me, them)
            if them.status is not Status.IDLE:
                self._turn_away(room, me, them)
                raise BusyError(f"{them.name} is in another call.")
            self._rooms[room.code] = room
            self._move(me, Event.CALL, room.code)
            self._move(them, Event.RING, room.code)
            return room.code

    def accept(self, who: str, code: str) -> None:
        """Answer the call that rings for this room. Accepting twice is no error.

        Raises UnknownError when it has stopped ringing: cancelled at the same moment, say.
        """
        with self._changing():
            if self._person(who).room != code:
                raise UnknownError("This call is over: it was cancelled or has stopped ringing.")
            self._answer(self._rooms[code], who)

    def put_down(self, who: str, code: str) -> None:
        """Cancel, decline or hang up, whichever it is now. No error when the call is over already."""
        with self._changing():
            me = self._people.get(who)
            if me and me.room == code:
                self._part(me, PUT_DOWN[me.status])

    # Rooms

    def open_room(self, who: str) -> str:
        """Open a room, alone in it at first; returns its code. UnknownError, IllegalTransitionError."""
        with self._changing():
            me = self._person(who)
            self._require_idle(me)
            room = self._new_room(None, me)
            self._rooms[room.code] = replace(room, members=(who,))
            self._move(me, Event.JOIN, room.code)
            return room.code

    def join(self, who: str, code: str) -> str:
        """Come into a room by its code, as typed; returns the code. Joining twice is no error.

        Raises InputError for what is no code, UnknownError, RoomFullError, IllegalTransitionError.
        """
        with self._changing():
            me, code = self._person(who), clean_code(code)
            room = self._rooms.get(code)
            if room is None or room.ringing:
                raise UnknownError("No room has this code. It may have closed: ask for a new link.")
            if me.room == code:
                return code
            self._require_idle(me)
            if len(room.bound) >= self._capacity:
                raise RoomFullError(f"This room is full: it holds {self._capacity}.")
            self._move(me, Event.JOIN, code)
            members = (*room.members, who)
            back = any(person.id == who for person in room.attended)
            self._rooms[code] = replace(
                room,
                members=members,
                attended=room.attended if back else (*room.attended, me),
                started_at=room.started_at or (self._clock() if len(members) > 1 else None),
            )
            return code

    def say(self, who: str, text: str) -> None:
        """Say something in the chat of one's room. InputError, UnknownError."""
        with self._changing():
            me = self._person(who)
            room = self._rooms.get(me.room or "")
            if room is None or who not in room.members:
                raise UnknownError("You are not in a room, so nobody would read this.")
            if len(room.messages) >= CHAT_LENGTH:
                raise InputError("This chat is full. Open a new room to go on.")
            message = Message(who, me.name, clean_message(text), self._clock())
            self._rooms[room.code] = replace(room, messages=(*room.messages, message))
            self._touch(room.members)

    def mark_read(self, who: str) -> None:
        """The participant has seen the chat as it is now. It wakes nobody: who reads has drawn it. UnknownError."""
        with self._changing():
            room = self._rooms.get(self._person(who).room or "")
            self._tabs[who].read = len(room.messages) if room else 0

    # What one is told

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
            others = sorted((p for p in self._people.values() if p.id != who), key=lambda p: (p.name.casefold(), p.id))
            # A room's code lets in whoever knows it, so it is shown to those who are in it.
            others = [p if p.room == me.room else replace(p, room=None) for p in others]
            unread = sum(m.author != who for m in room.messages[tab.read :]) if room else 0
            return View(tab.version, me, room, tuple(others), tab.ending, tab.missed, unread, tab.epoch)

    def version(self, who: str) -> int:
        """The version of `view(who)`, without making one. UnknownError."""
        with self._lock:
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
            if not self._audience and not self._ended:
                return
            change = Change(self._version, frozenset(self._audience), tuple(self._ended))
            self._audience, self._ended = set(), []
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(change)
            except Exception:  # the change is made: one listener's fault must not reach the caller or the others
                logger.exception("A listener failed on version %d", change.version)

    def _expire(self) -> None:
        now = self._clock()
        for room in [r for r in self._rooms.values() if r.call and r.ringing and r.call.deadline <= now]:
            self._end(room, Event.TIMEOUT)
        for who in [i for i, t in self._tabs.items() if t.gone_at is not None and t.gone_at + self._seat_grace <= now]:
            self._remove(who, Event.LOSE)

    def _person(self, who: str) -> Participant:
        try:
            return self._people[who]
        except KeyError:
            raise UnknownError("This person is not here any more.") from None

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

    def _free_name(self, name: str, but: str | None = None) -> str:
        taken = {p.name.casefold() for p in self._people.values() if p.id != but}
        number, free = 2, name
        while free.casefold() in taken:
            suffix = f" {number}"
            number, free = number + 1, clean_name(name[: 40 - len(suffix)]) + suffix
        return free

    def _touch(self, audience: Iterable[str]) -> None:
        self._version += 1
        for who in audience:
            self._audience.add(who)
            if who in self._tabs:
                self._tabs[who].version = self._version

    def _put(self, participant: Participant) -> None:
        if self._people[participant.id] != participant:
            self._people[participant.id] = participant
            self._touch(self._people)

    def _move(self, participant: Participant, event: Event, room: str | None) -> None:
        status = after(participant.status, event)
        if status is not Status.IDLE:
            self._tabs[participant.id].ending = None
        if participant.room != room:
            self._tabs[participant.id].read = 0
        self._put(replace(participant, status=status, room=room, since=self._clock()))

    def _require_idle(self, me: Participant) -> None:
        if me.status is not Status.IDLE:
            raise IllegalTransitionError("You are in a call already. Hang up first.")

    def _new_room(self, call: Call | None, *attended: Participant) -> Room:
        return Room(new_code(), self._clock(), call, attended=attended)

    def _answer(self, room: Room, by: str) -> None:
        if room.call is None or not room.ringing or by != room.call.callee:
            return  # answered already, or the caller pressed twice
        caller, callee = self._people[room.call.caller], self._people[by]
        self._move(callee, Event.ACCEPT, room.code)
        self._move(caller, Event.ANSWERED, room.code)
        self._rooms[room.code] = replace(
            room, call=replace(room.call, ringing=False), members=(caller.id, callee.id), started_at=self._clock()
        )

    def _turn_away(self, room: Room, caller: Participant, callee: Participant) -> None:
        self._tell(caller.id, Ending(EndReason.BUSY, callee.name, self._clock()))
        self._miss(callee.id, caller)
        self._ended.append(EndedCall(room, EndReason.BUSY, self._clock()))
        self._touch([caller.id, callee.id])

    def _part(self, me: Participant, event: Event) -> None:
        """One person goes. A call of two, ringing or answered, is over for both; of more, for the one who goes."""
        room = self._rooms[me.room or ""]
        if room.ringing or len(room.members) <= 2:
            self._end(room, event)
        else:
            self._rooms[room.code] = replace(room, members=tuple(m for m in room.members if m != me.id))
            self._tell(me.id, self._ending(room, me.id, event))
            self._move(me, event, None)

    def _end(self, room: Room, event: Event) -> None:
        del self._rooms[room.code]
        for who in room.bound:
            if room.call or len(room.members) > 1:
                self._tell(who, self._ending(room, who, event))
            self._move(self._people[who], event, None)
        if room.call or room.started_at:
            self._ended.append(EndedCall(room, REASONS[event], self._clock()))

    def _ending(self, room: Room, who: str, event: Event) -> Ending:
        now = self._clock()
        other = next((p for p in room.attended if p.id != who), None)
        missed = bool(room.call and room.ringing and room.call.callee == who and event is not Event.DECLINE)
        if missed and other:
            self._miss(who, other)
        seconds = now - room.started_at if room.started_at else 0.0
        return Ending(REASONS[event], other.name if other else "", now, missed, seconds)

    def _tell(self, who: str, ending: Ending) -> None:
        self._tabs[who].ending = ending

    def _miss(self, who: str, caller: Participant) -> None:
        missed = MissedCall(caller.id, caller.name, self._clock())
        self._tabs[who].missed = (missed, *self._tabs[who].missed)[:MISSED_LENGTH]

    def _remove(self, who: str, event: Event | None) -> None:
        me = self._people[who]
        if me.room and event:
            self._part(me, event)
        everybody = list(self._people)
        del self._people[who], self._tabs[who]
        self._touch(everybody)

"""Everything that people can do, in any order: hypothesis looks for the order that breaks a promise."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from calls.errors import BusyError, IllegalTransitionError, ParleyError, UnknownError
from calls.paths import DirectState, MediaPath, PathReason
from calls.registry import Registry, Seat
from calls.rooms import Call, Change, EndedCall, Room, View
from calls.states import EndReason, Status
from tests.invariants import check
from tests.people import FakeClock, Person, connect

CROWD = 4
WHO = st.integers(0, CROWD - 1)
RING_TIMEOUT, SEAT_GRACE = 30.0, 15.0


def is_over(before: Room, after: Room | None) -> bool:
    """Whether a call that was in the room is over by now: the room has closed, or somebody was left alone in it."""
    was_one = before.call is not None or before.started_at is not None
    return was_one and (after is None or before.started_at not in (None, after.started_at))


def invites_of(room: Room | None) -> tuple[Call, ...]:
    return room.invites if room else ()


class Machine(RuleBasedStateMachine):
    """Some people, one registry, and a listener. A place in `people` that has left can be entered again."""

    capacity = 2

    @initialize()
    def open(self) -> None:
        self.clock = FakeClock()
        self.registry = Registry(
            clock=self.clock, ring_timeout=RING_TIMEOUT, seat_grace=SEAT_GRACE, capacity=self.capacity
        )
        self.heard: list[Change] = []
        self.registry.listen(self.heard.append)
        self.gone: dict[str, float] = {}
        self.people = [Person.enters(self.registry, "Ann") for _ in range(CROWD)]
        self.settled = self.settled_before = True
        self.error: ParleyError | None = None
        self.gather()

    def gather(self) -> None:
        """Where everybody is at first: nowhere."""

    # What people do

    @rule(who=WHO, name=st.sampled_from(["ann", "x" * 40]))
    def enter(self, who: int, name: str) -> None:
        if self.people[who].id not in self.views():
            self.act(None, lambda: self.sit(who, Person.enters(self.registry, name).seat))

    @rule(who=WHO, on=st.booleans(), screen=st.booleans())
    def present_themselves(self, who: int, *, on: bool, screen: bool) -> None:
        person = self.people[who]
        self.act(who, lambda: self.registry.set_media(person.id, camera=on, microphone=not on, screen=screen))

    @rule(who=WHO)
    def leave(self, who: int) -> None:
        self.act(who, self.people[who].leaves)
        assert self.people[who].id not in self.views()

    @rule(who=WHO, other=WHO)
    def call(self, who: int, other: int) -> None:
        caller, callee = self.people[who], self.people[other]
        answers = self.settled and who != other and self.room_of(who) and self.room_of(who) == self.room_of(other)
        code = self.act(who, lambda: caller.calls(callee))
        assert code or not answers
        if code:
            assert caller.me.room == callee.me.room == code

    @rule(who=WHO, other=WHO)
    def invite(self, who: int, other: int) -> None:
        who = self.one_who_is(Status.IN_CALL, who)
        full, together = self.is_full(who), self.room_of(who) == self.room_of(other)
        if self.act(who, lambda: self.people[who].invites(self.people[other])):
            assert self.status_of(who) is Status.IN_CALL
            assert self.room_of(other) == self.room_of(who)
            assert together or not full or not self.settled_before
        if together and who != other and self.settled_before and self.status_of(who) is Status.IN_CALL:
            assert not self.heard

    @rule(who=WHO, other=WHO)
    def cancel_an_invitation(self, who: int, other: int) -> None:
        view = self.view_of(other)
        ring = view.room.ring_of(view.me.id) if view and view.room and view.room.members else None
        mine = ring is not None and ring.caller == self.people[who].id
        self.act(who, lambda: self.people[who].cancels_invite(self.people[other]))
        if mine:
            assert self.status_of(other) is Status.IDLE
        elif self.settled_before:
            assert not self.heard

    @rule(who=WHO)
    def accept(self, who: int) -> None:
        who = self.one_who_is(Status.INCOMING, who)
        code = self.room_of(who)
        if self.act(who, lambda: self.people[who].accepts(code)):
            assert self.room_of(who) == code

    @rule(who=WHO)
    def put_down(self, who: int) -> None:
        code, before = self.room_of(who), self.view_of(who)
        self.act(who, lambda: self.people[who].puts_down(code))
        assert not self.room_of(who)
        if self.settled_before and before and before.others and before.me.status is Status.IN_CALL:
            assert self.people[who].reason is EndReason.HANGUP

    @rule(who=WHO, other=WHO)
    def answer_and_put_down_what_is_not_theirs(self, who: int, other: int) -> None:
        code, before = self.room_of(other), self.room_of(who)
        if code != before and self.settled:
            self.act(who, lambda: self.people[who].accepts(code))
            assert self.error
            self.act(who, lambda: self.people[who].puts_down(code))
            assert not self.heard

    @rule(who=WHO, other=WHO)
    def join(self, who: int, other: int) -> None:
        if not self.room_of(other):
            self.act(other, self.people[other].opens_room)
        code = self.room_of(other)
        if self.act(who, lambda: self.people[who].joins(code)):
            assert (self.status_of(who), self.room_of(who)) == (Status.IN_CALL, code)

    @rule(who=WHO, text=st.sampled_from(["hello", ""]))
    def say(self, who: int, text: str) -> None:
        code = self.room_of(who)
        self.act(who, lambda: self.registry.say(self.people[who].id, code, text))

    @rule(who=WHO)
    def read_everything(self, who: int) -> None:
        person = self.people[who]
        code = self.room_of(who)
        self.act(who, lambda: self.registry.mark_read(person.id, code, 10**6))
        for read in (self.registry.dismiss, self.registry.clear_missed):
            self.act(who, partial(read, person.id))
        if person.id in self.views():
            assert (person.view.unread, person.reason, person.missed) == (0, None, [])

    @rule(who=WHO, other=WHO)
    def call_directly(self, who: int, other: int) -> None:
        self.act(who, lambda: self.registry.call(self.people[who].id, self.people[other].id, direct=True))

    @rule(who=WHO, path=st.sampled_from(MediaPath), reason=st.sampled_from([PathReason.CHOSEN, PathReason.EFFECT]))
    def choose_path(self, who: int, path: MediaPath, reason: PathReason) -> None:
        self.act(who, lambda: self.registry.choose_path(self.people[who].id, path, reason))

    @rule(who=WHO, state=st.sampled_from([DirectState.UP, *DirectState]))
    def report(self, who: int, state: DirectState) -> None:
        self.act(who, lambda: self.registry.report_direct(self.people[who].id, self.call_of(who), state))

    @rule(who=WHO, kind=st.sampled_from(["offer", "answer", "candidate", "hangup"]))
    def signal(self, who: int, kind: str) -> None:
        other = self.act(who, lambda: self.registry.signal(self.people[who].id, self.call_of(who), kind, "{}"))
        assert other is None or other != self.people[who].id

    # What happens to their tabs, and time

    @rule(who=WHO)
    def attach(self, who: int) -> None:
        old = self.people[who].seat
        if self.act(who, lambda: self.sit(who, self.registry.attach(old.token))):
            self.gone.pop(old.id, None)
            assert self.people[who].view.epoch == self.people[who].seat.epoch > old.epoch
            self.registry.detach(old)
            assert self.people[who].me.connected

    @rule(who=WHO)
    def detach(self, who: int) -> None:
        person = self.people[who]
        self.act(None, lambda: self.registry.detach(person.seat))
        if person.id in self.views():
            self.gone.setdefault(person.id, self.clock.now)
            assert not person.me.connected

    @rule(seconds=st.sampled_from([1.0, 14.0, 15.0, 30.0]), look=st.booleans())
    def wait(self, seconds: float, *, look: bool) -> None:
        self.clock.advance(seconds)
        self.settled = False
        if look:
            self.act(None, self.registry.expire)

    # What must hold whatever they do

    def act(self, who: int | None, deed: Callable[[], object]) -> object:
        """Do it, and check what must hold between before and after; returns what it gave, or None where it raised."""
        before, rooms = self.views(), self.registry.snapshot().rooms
        self.heard.clear()
        result, self.error, self.settled_before = None, None, self.settled
        try:
            result = deed()
        except ParleyError as error:
            self.error = error
        else:
            result = result or True
        after = self.views()
        self.check_refusal(before, after)
        self.check_versions(before, after)
        for view in after.values():
            self.check_view(view)
        self.check_endings(rooms, after, self.people[who].id if who is not None else None)
        self.settled = True
        return result if self.error is None else None

    def check_refusal(self, before: dict[str, View], after: dict[str, View]) -> None:
        """A refusal changes nothing, and never shows the state machine's own words for a pair it does not know."""
        if isinstance(self.error, IllegalTransitionError):
            assert str(self.error).endswith(("Hang up first.", "Answer or end it first."))
        if self.error and self.settled and not isinstance(self.error, BusyError):
            assert before == after

    def check_versions(self, before: dict[str, View], after: dict[str, View]) -> None:
        """A version grows exactly for those who are told, and they are told exactly when they have something to see."""
        told = {who for change in self.heard for who in change.audience}
        for who in before.keys() & after.keys():
            old, new = before[who], after[who]
            assert new.version >= old.version
            assert (new.version > old.version) == (who in told)
            # Being busy twice at one moment reads the same.
            differs = replace(old, version=0) != replace(new, version=0)
            assert differs == (who in told) or isinstance(self.error, BusyError)
        assert after.keys() - before.keys() <= told
        assert before.keys() - after.keys() <= told

    def check_view(self, view: View) -> None:
        """One sees who is in the same room, or rings; of the chat, only what is said where one is."""
        inside = view.me.status is Status.IN_CALL
        assert {p.id for p in view.company} == ({*view.room.bound} - {view.me.id} if view.room else set())
        assert inside or (view.unread, view.room.messages if view.room else ()) == (0, ())
        assert {p.id for p in view.others} == {
            p.id for p in view.company if view.room and p.room == view.room.code and p.status is Status.IN_CALL
        }
        assert (view.other is not None) == bool(view.others if inside else view.room)
        assert view.me.status is not Status.INCOMING or (view.other and view.other.status is not Status.INCOMING)

    def check_endings(self, rooms: tuple[Room, ...], after: dict[str, View], actor: str | None) -> None:
        """Each call and each invitation that is over is reported once, and everybody else who was in it is told why."""
        reports = [call for change in self.heard for call in change.ended]
        assert [call.reason for call in reports].count(EndReason.BUSY) == isinstance(self.error, BusyError)
        now = {room.code: room for room in self.registry.snapshot().rooms}
        over = {room.code for room in rooms if is_over(room, now.get(room.code))}
        gone = {i for room in rooms for i in room.invites if i not in invites_of(now.get(room.code))}
        invites = {invite: call for invite in gone for call in reports if call.room.call == invite}
        calls = [call for call in reports if call.room.code in over]
        assert {call.room.code for call in calls} == over
        assert len(reports) == len(over) + len(invites) + isinstance(self.error, BusyError)
        assert all(after[answered.callee].me.status is Status.IN_CALL for answered in gone - invites.keys())
        for call in calls:
            self.check_told(call, set(call.room.bound) - {actor}, after)
        for invite, call in invites.items():
            self.check_told(call, {invite.callee} - {actor}, after)
        for who in {invite.caller for invite in invites} - {actor}:
            self.check_inviter(
                after.get(who), {call.reason for invite, call in invites.items() if invite.caller == who}
            )

    def check_told(self, call: EndedCall, told: set[str], after: dict[str, View]) -> None:
        rung = {call.room.call.callee} if call.room.call and call.room.ringing else set()
        for who in told:
            if who in after and after[who].me.status is Status.IDLE:
                ending = after[who].ending
                assert ending is not None
                assert (ending.reason, ending.at) == (call.reason, self.clock.now)
                assert ending.missed == (who in rung and call.reason is not EndReason.DECLINED)

    def check_inviter(self, view: View | None, reasons: set[EndReason]) -> None:
        """Who has invited in vain, and is still in the room, is told there."""
        if view and view.me.status is Status.IN_CALL:
            assert view.ending is not None
            assert view.ending.reason in reasons

    @invariant()
    def people_and_rooms_agree(self) -> None:
        check(self.registry.snapshot(), self.capacity)

    @invariant()
    def what_is_over_is_over(self) -> None:
        """Once the registry has looked at the clock, nothing rings past its time and no seat is kept past its own."""
        if not self.settled:
            return
        snapshot = self.registry.snapshot()
        assert all(ring.deadline > self.clock.now for room in snapshot.rooms for ring in room.rings)
        here = {person.id: person for person in snapshot.people}
        for who, since in list(self.gone.items()):
            if who not in here:
                del self.gone[who]
            else:
                assert not here[who].connected
                assert since + SEAT_GRACE > self.clock.now

    # Helpers

    def views(self) -> dict[str, View]:
        return {person.id: self.registry.view(person.id) for person in self.registry.snapshot().people}

    def room_of(self, who: int) -> str:
        view = self.view_of(who)
        return (view.me.room if view else None) or ""

    def call_of(self, who: int) -> str:
        view = self.view_of(who)
        direct = view.room.direct if view and view.room else None
        return direct.id if direct else ""

    def status_of(self, who: int) -> Status | None:
        view = self.view_of(who)
        return view.me.status if view else None

    def view_of(self, who: int) -> View | None:
        with suppress(UnknownError):
            return self.people[who].view
        return None

    def one_who_is(self, status: Status, who: int) -> int:
        """One of those with this status, as chance has it; where there is none, whoever was meant."""
        those = [i for i in range(CROWD) if self.status_of(i) is status]
        return those[who % len(those)] if those else who

    def is_full(self, who: int) -> bool:
        view = self.view_of(who)
        return bool(view and view.room and len(view.room.bound) >= self.capacity)

    def sit(self, who: int, seat: Seat) -> Person:
        self.people[who] = Person(self.registry, seat)
        return self.people[who]


class GroupMachine(Machine):
    capacity = 3

    def gather(self) -> None:
        """Chance alone seldom brings three together, so three start in one room."""
        code = self.people[0].opens_room()
        self.people[1].joins(code)
        self.people[2].joins(code)


class InviteMachine(Machine):
    capacity = 3

    def gather(self) -> None:
        """Two are in a call, and one of them has invited a third: there is no place for a fourth."""
        connect(self.people[0], self.people[1])
        self.people[0].invites(self.people[2])


BOUNDED = settings(max_examples=20, stateful_step_count=40)

TestPairs = Machine.TestCase
TestPairs.settings = BOUNDED
TestGroups = GroupMachine.TestCase
TestGroups.settings = BOUNDED
TestInvites = InviteMachine.TestCase
TestInvites.settings = BOUNDED

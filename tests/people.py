"""A call as a handful of verbs: `alice.calls(bob)`, `bob.accepts(code)`, `alice.reason`."""

from dataclasses import dataclass

from calls.clock import Time
from calls.registry import Registry, Seat
from calls.rooms import Participant, View
from calls.states import EndReason, Status


class FakeClock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


date = Time(steady=lambda: 0.0, of_day=lambda: 0.0).date
"""When a moment was on a clock that counts the seconds since the epoch."""


@dataclass(frozen=True)
class Person:
    """One participant of a registry, and what the test has them do."""

    registry: Registry
    seat: Seat

    @classmethod
    def enters(cls, registry: Registry, name: str) -> "Person":
        return cls(registry, registry.enter(name))

    @property
    def id(self) -> str:
        return self.seat.id

    @property
    def view(self) -> View:
        return self.registry.view(self.id)

    @property
    def me(self) -> Participant:
        return self.view.me

    @property
    def status(self) -> Status:
        return self.me.status

    @property
    def reason(self) -> EndReason | None:
        """Why this person's last call ended, as they are told; None when they are told nothing."""
        ending = self.view.ending
        return ending.reason if ending else None

    @property
    def missed(self) -> list[str]:
        """The ids of those whose calls were missed, latest first."""
        return [call.caller for call in self.view.missed]

    @property
    def company(self) -> list[str]:
        """The names of the others in the present room, in the order they came."""
        return [person.name for person in self.view.others]

    @property
    def online(self) -> list[str]:
        """The names of everybody else who is here."""
        return [person.name for who, person in self.registry.people().here.items() if who != self.id]

    def finds(self, name: str) -> str:
        """The id of the one who is here under this name."""
        [found] = [who for who, person in self.registry.people().here.items() if person.name == name]
        return found

    @property
    def heard(self) -> list[str]:
        """The chat of the present room."""
        room = self.view.room
        return [message.text for message in room.messages] if room else []

    def calls(self, other: "Person") -> str:
        return self.registry.call(self.id, other.id)

    def accepts(self, code: str) -> None:
        self.registry.accept(self.id, code)

    def puts_down(self, code: str) -> None:
        self.registry.put_down(self.id, code)

    def invites(self, other: "Person") -> None:
        self.registry.invite(self.id, other.id)

    def cancels_invite(self, other: "Person") -> None:
        self.registry.cancel_invite(self.id, other.id)

    def opens_room(self) -> str:
        return self.registry.open_room(self.id)

    def joins(self, code: str) -> str:
        return self.registry.join(self.id, code)

    def says(self, text: str) -> None:
        self.registry.say(self.id, self.me.room or "", text)

    def reads_on(self) -> None:
        """All that was said in the present room."""
        self.registry.mark_read(self.id, self.me.room or "", len(self.heard))

    def leaves(self) -> None:
        self.registry.leave(self.id)


def connect(caller: Person, callee: Person) -> str:
    """A call that has been answered; returns its room's code."""
    code = caller.calls(callee)
    callee.accepts(code)
    return code


def gather(*people: Person) -> str:
    """A call of the first two into which the first has invited the others, who came; returns its room's code."""
    first, second, *others = people
    code = connect(first, second)
    for other in others:
        first.invites(other)
        other.accepts(code)
    return code

"""What people do there where the page is data: each act is a message, done once, whichever way and how often it comes.

A browser sends an act again until it is answered: by /signal, or with a run of the script where there is no line. So
each has an id of the browser's, and an id that was answered is answered the same again. docs/protocol.md has the wire.
"""

import threading
from collections import OrderedDict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from calls import limits
from calls.errors import (
    BusyError,
    IllegalTransitionError,
    InputError,
    ParleyError,
    RateLimitError,
    RoomFullError,
    ScreensError,
    SignalError,
    UnknownError,
)
from calls.registry import Registry
from calls.rooms import Layout, Tile, TileKind

Answer = dict[str, Any]

CODES = {
    BusyError: "busy",
    IllegalTransitionError: "not_now",
    InputError: "invalid",
    RateLimitError: "rate_limited",
    RoomFullError: "room_full",
    ScreensError: "screens",
    UnknownError: "gone",
}
"""The code of each error, for programs; the message is for people."""

Id = Annotated[str, Field(min_length=1, max_length=limits.ACT_ID_LENGTH)]


class Act(BaseModel):
    """What a participant asks for. Members that are not known are passed over, so that an older server understands a
    newer page."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    id: Id
    """The browser's own name for this act."""

    def perform(self, registry: Registry, who: str) -> None:
        """Do it. ParleyError."""
        raise NotImplementedError


class Call(Act):
    """Ring somebody."""

    act: Literal["call"]
    whom: str
    direct: bool = False
    """The call is to go from browser to browser."""

    def perform(self, registry: Registry, who: str) -> None:
        registry.call(who, self.whom, direct=self.direct)


class Invite(Act):
    """Ring somebody into one's room."""

    act: Literal["invite"]
    whom: str

    def perform(self, registry: Registry, who: str) -> None:
        registry.invite(who, self.whom)


class CancelInvite(Act):
    """Take an invitation back."""

    act: Literal["cancel_invite"]
    whom: str

    def perform(self, registry: Registry, who: str) -> None:
        registry.cancel_invite(who, self.whom)


class Accept(Act):
    """Answer what rings for this room."""

    act: Literal["accept"]
    room: str
    deadline: float | None = None
    """Of the ring that is meant: there may be another one for this room by now."""

    def perform(self, registry: Registry, who: str) -> None:
        registry.accept(who, self.room, self.deadline)


class PutDown(Act):
    """Cancel, decline or hang up, whichever it is."""

    act: Literal["put_down"]
    room: str
    deadline: float | None = None
    """As in an Accept; without one, it is not about a ring alone."""

    def perform(self, registry: Registry, who: str) -> None:
        registry.put_down(who, self.room, self.deadline)


class Say(Act):
    """Say something in the chat of the room that one is in."""

    act: Literal["say"]
    room: str
    text: str

    def perform(self, registry: Registry, who: str) -> None:
        registry.say(who, self.room, self.text)


class Read(Act):
    """So many messages of the room's chat have been seen."""

    act: Literal["read"]
    room: str
    count: int

    def perform(self, registry: Registry, who: str) -> None:
        registry.mark_read(who, self.room, self.count)


class Send(Act):
    """The others get one's picture, one's sound, or one's screen, or do not."""

    act: Literal["send"]
    camera: bool
    microphone: bool
    screen: bool = False

    def perform(self, registry: Registry, who: str) -> None:
        registry.set_media(who, camera=self.camera, microphone=self.microphone, screen=self.screen)


class ATile(BaseModel):
    """A tile of the room, as the browser names it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    """Of whose it is."""
    kind: Literal["camera", "screen"]


class ChooseLayout(Act):
    """What the stage of who asks shows."""

    act: Literal["layout"]
    layout: Literal["speaker", "grid", "pin"]
    pinned: ATile | None = None
    """What is large all the time."""

    def perform(self, registry: Registry, who: str) -> None:
        pinned = Tile(self.pinned.id, TileKind(self.pinned.kind)) if self.pinned else None
        registry.choose_layout(who, Layout(self.layout), pinned)


class Watch(Act):
    """How large the page of who asks shows what is in the room."""

    act: Literal["watch"]
    small: list[ATile] = Field(max_length=limits.TILES)
    """What is so small that the small layer is enough."""

    def perform(self, registry: Registry, who: str) -> None:
        registry.watch(who, [Tile(tile.id, TileKind(tile.kind)) for tile in self.small])


class ClearMissed(Act):
    """The missed calls have been seen."""

    act: Literal["clear_missed"]

    def perform(self, registry: Registry, who: str) -> None:
        registry.clear_missed(who)


class Dismiss(Act):
    """How the last call ended has been read."""

    act: Literal["dismiss"]

    def perform(self, registry: Registry, who: str) -> None:
        registry.dismiss(who)


class Rejoin(Act):
    """Back into the room that one was lost from."""

    act: Literal["rejoin"]
    room: str

    def perform(self, registry: Registry, who: str) -> None:
        registry.rejoin(who, self.room)


_Any = (
    Call
    | Invite
    | CancelInvite
    | Accept
    | PutDown
    | Say
    | Read
    | Send
    | ChooseLayout
    | ClearMissed
    | Watch
    | Dismiss
    | Rejoin
)
_acts: TypeAdapter[_Any] = TypeAdapter(Annotated[_Any, Field(discriminator="act")])


def read(message: object) -> Act:
    """The act that a browser asks for. SignalError: malformed."""
    try:
        return _acts.validate_python(message)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, fault["loc"]))[: limits.ACT_ID_LENGTH]
        raise SignalError("malformed", f"This act cannot be understood: {where or 'it'}: {fault['msg']}.") from None


class Actions:
    """Does what is asked, and remembers the answers. Any thread may call it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, OrderedDict[str, Answer]] = OrderedDict()  # by participant, then by act

    def perform(self, who: str, act: Act) -> Answer:
        """Do it for this participant, unless that has been done; the answer for the browser."""
        with self._lock:
            answers = self._answers.setdefault(who, OrderedDict())
            self._answers.move_to_end(who)
            if act.id not in answers:
                answers[act.id] = _answer(self._registry, who, act)
            while len(answers) > limits.ACTS_REMEMBERED:
                answers.popitem(last=False)
            while len(self._answers) > limits.ALLOWANCE_KEYS:
                self._answers.popitem(last=False)
            return answers[act.id]


def _answer(registry: Registry, who: str, act: Act) -> Answer:
    try:
        act.perform(registry, who)
    except ParleyError as error:
        return {"type": "refused", "id": act.id, "code": CODES.get(type(error), "refused"), "message": str(error)}
    return {"type": "done", "id": act.id}

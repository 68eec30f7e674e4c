"""The wire protocol of /signal, and the WebSocket endpoint over it. docs/protocol.md is its specification.

The first half decides, without a socket: it parses, limits and answers. The second half moves the bytes, with
Starlette's WebSocket (https://www.starlette.io/websockets/). What cannot be parsed is answered with a typed error. What
a browser sends can end its own line and no other's: too much of it does, and an error of ours, which is logged. How
many lines there are, and how large their messages, is bounded in components/door, which comes first.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from calls import actions, direct_signals, limits, views
from calls.actions import Act, Actions
from calls.allowance import Allowances, network
from calls.clock import Clock, steady
from calls.direct_signals import Report, Signal
from calls.errors import RateLimitError, SignalError, UnknownError
from calls.presence import People
from calls.registry import Registry
from calls.rooms import Change, View

POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hello:
    """The tab says which participant it is."""

    token: str
    watches: bool = False
    """It shows what goes on in all of Parley, too."""
    page: str | None = None
    """What its script has drawn (`views.page`); None where it does not say."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The tab is nobody, and looks on."""

    page: str | None = None
    """As in a hello."""


@dataclass(frozen=True, slots=True)
class AskPeople:
    """The tab wants to know once more who is here: what it was told does not fit what it has."""


@dataclass(frozen=True, slots=True)
class AskChat:
    """The tab wants to know what was said in its room before a message, by its number."""

    before: int


@dataclass(frozen=True, slots=True)
class Ping:
    """The tab asks whether the line still works; proxies cut lines that are silent."""

    again: float | None = None
    """Within how many seconds it asks again; None where it promises nothing."""


Incoming = Hello | Watch | AskPeople | AskChat | Ping | Act | Signal | Report


def parse(data: str | bytes | None) -> Incoming:
    """The message that the bytes hold. Raises SignalError: too_large, malformed or unknown_type."""
    return read(_object(_text(data)))


def read(message: object) -> Incoming:
    """The message that this JSON is. Raises SignalError: malformed or unknown_type."""
    if isinstance(message, dict) and (signal := direct_signals.read(message)):
        return signal
    match message:
        case {"type": "act"}:
            return actions.read(message)
        case {"type": "hello", **more}:
            return _hello(more)
        case {"type": "watch", **more}:
            return Watch(_page(more))
        case {"type": "chat", **more}:
            return AskChat(_number(more.get("before")))
        case {"type": "ping", **more}:
            return Ping(_again(more.get("again")))
        case {"type": str(kind)}:
            return _bare(kind)
    raise SignalError("malformed", "A message is a JSON object with a type.")


def _bare(kind: str) -> Incoming:
    """A message that says nothing but its type."""
    match kind:
        case "people":
            return AskPeople()
    raise SignalError("unknown_type", f"There is no message of type {kind[:40]!r}.")


def _hello(said: Mapping[Any, object]) -> Hello:
    token = said.get("token")
    if not isinstance(token, str):
        raise SignalError("malformed", "A hello needs a token, as text.")
    return Hello(token, said.get("watch") is True, _page(said))


def _page(said: Mapping[Any, object]) -> str | None:
    page = said.get("page")
    return page[: limits.PAGE_KEY_LENGTH] if isinstance(page, str) else None


def _number(value: object) -> int:
    if isinstance(value, int):
        return value
    raise SignalError("malformed", "A message in a chat has a number.")


def _text(data: str | bytes | None) -> str:
    if not isinstance(data, str):
        raise SignalError("malformed", "Messages are text, as JSON.")
    if len(data) > limits.MESSAGE_BYTES or len(data.encode(errors="replace")) > limits.MESSAGE_BYTES:
        raise SignalError("too_large", f"A message can have at most {limits.MESSAGE_BYTES:,} bytes.")
    return data


def _again(seconds: object) -> float | None:
    if seconds is None:
        return None
    if isinstance(seconds, int | float) and limits.PING_SOONEST <= seconds <= limits.PING_AGAIN:
        return float(seconds)
    least, most = limits.PING_SOONEST, limits.PING_AGAIN
    raise SignalError("malformed", f"A ping comes again after {least:g} to {most:g} seconds, or says nothing of it.")


def _object(data: str) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise SignalError("malformed", "This is not JSON.") from None


_lines = count()


class Conversation:
    """What one WebSocket has said so far, and what it is answered: the protocol without the socket."""

    def __init__(
        self,
        registry: Registry,
        allowances: Allowances,
        deliver: Callable[[str, Payload], None] | None = None,
        address: str = "",
        acts: Actions | None = None,
    ) -> None:
        """`allowances` and `acts` outlive the WebSocket, so that another one is no way to more messages, and what was
        done is not done again. `deliver` takes a payload to the participant with this id. `address` is the network that
        the WebSocket comes from."""
        self._registry, self._allowances = registry, allowances
        self._acts = acts or Actions(registry)
        self._address, self._line = address, f"line {next(_lines)}"
        self._deliver = deliver or (lambda _who, _payload: None)
        self.who: str | None = None
        """The participant, once it has said hello."""
        self.told: int | None = None
        """The version of who is here that the tab has; None while it has none."""
        self.watches = False
        """The tab shows what goes on in all of Parley."""
        self._page: str | None = None
        """What the tab's script has drawn, or was told to draw."""
        self._parts: dict[str, Any] = {}
        """What the tab was told of its own view, by parts."""
        self._chat: tuple[str, int] | None = None
        """The room of whose chat the tab was told, and how many messages."""

    def answer(self, data: str | bytes | None) -> Payload:
        """The reply to one message. Raises RateLimitError: then the line is to be closed."""
        self._spend(self.who or self._line)
        try:
            return self._reply(parse(data))
        except SignalError as error:
            return error_payload(error)

    def news(self) -> Iterator[Payload]:
        """What to push after a change: what the page draws by itself of it, and whether its script has something new to
        draw."""
        try:
            view = self._registry.view(self.who) if self.who else None
        except UnknownError:
            yield {"type": "gone"}
            return
        if view:
            yield from self._tell(view)
        page = views.page(view, self._registry.past if self.watches else None)
        if page != self._page:
            self._page = page
            yield {"type": "changed", "version": self._version()}

    def _tell(self, view: View) -> Iterator[Payload]:
        parts = views.parts(view, self._registry.capacity)
        new = {name: part for name, part in parts.items() if name not in self._parts or self._parts[name] != part}
        if new:
            self._parts = parts
            yield self._at_once(views.message(new))
        room = views.room_of(view)
        told, self._chat = self._chat, (room.code, len(room.messages)) if room else None
        if room is None or told == self._chat:
            return
        if told and told[0] == room.code:
            yield self._at_once(views.chat(room, told[1]))
        elif self._allowances.wait(limits.CHAT_PAGES, view.me.id):
            yield self._at_once(views.chat(room, len(room.messages)))  # the tab may ask for the others
        else:
            yield self._at_once(views.chat_page(room))

    def _at_once(self, payload: Payload) -> Payload:
        """The payload with the time that its times are to be compared with."""
        return {**payload, "now": self._registry.now}

    def _version(self) -> int:
        """The version of what the tab's page draws. UnknownError."""
        public = self._registry.version(None) if self.watches else 0
        return max(public, self._registry.version(self.who) if self.who else 0)

    def end(self) -> None:
        """The line is over, and it was the last one of its participant's."""
        if self.who is not None:
            self._registry.unheard(self.who)

    def _reply(self, message: Incoming) -> Payload:
        match message:
            case Hello():
                return self._greet(message)
            case Watch(page):
                self.who, self.watches, self._page = None, True, page
                return {"type": "welcome", "version": self._version()}
            case AskPeople():
                return self._tell_people()
            case AskChat(before):
                return self._tell_chat(before)
            case Signal() | Report():
                return self._pass_on(message)
            case actions.Act():
                return self._acts.perform(self._known(), message)
            case Ping(again) if self.who is not None:
                with suppress(UnknownError):  # it is told that it is gone
                    self._registry.heard(self.who, again)
        return {"type": "pong"}

    def _spend(self, key: str) -> None:
        self._allowances.spend(limits.MESSAGES.times(limits.ADDRESS_PEOPLE), self._address)
        self._allowances.spend(limits.MESSAGES, key)

    def _known(self) -> str:
        if self.who is None:
            raise SignalError("unknown_token", "This is for those who are here: say hello first.")
        return self.who

    def _tell_people(self) -> Payload:
        self._allowances.spend(limits.SNAPSHOTS, self._known())
        people = self._registry.people()
        self.told = people.version
        return people_payload(people)

    def _tell_chat(self, before: int) -> Payload:
        """Earlier messages. Asking for them too often is refused, and does not end the line."""
        try:
            self._allowances.spend(limits.CHAT_PAGES, self._known())
            room = views.room_of(self._registry.view(self._known()))
        except (RateLimitError, UnknownError) as error:
            code = "rate_limited" if isinstance(error, RateLimitError) else "unknown_token"
            raise SignalError(code, str(error)) from None
        if room is None:
            raise SignalError("not_in_call", "You are in no room, so nothing was said in it.")
        return self._at_once(views.chat_page(room, before))

    def _greet(self, hello: Hello) -> Payload:
        try:
            who = self._registry.identify(hello.token)
            self._spend(who)  # a participant who connects again has sent what was sent before
            if who != self.who:
                self.who, self.told, self._parts, self._chat = who, None, {}, None
                for text in self._registry.kept_signals(who):
                    self._deliver(who, json.loads(text))
            self.watches, self._page = hello.watches, hello.page
            welcome = {"type": "welcome", "version": self._version()}
        except UnknownError as error:
            raise SignalError("unknown_token", str(error)) from None
        return welcome

    def _pass_on(self, message: Signal | Report) -> Payload:
        try:
            if isinstance(message, Report):
                self._registry.report_direct(self.who or "", message.call, message.state)
            else:
                payload = message.payload()
                other = self._registry.signal(self.who or "", message.call, message.kind, json.dumps(payload))
                self._deliver(other, payload)
        except UnknownError as error:
            raise SignalError("not_in_call", str(error)) from None
        return {"type": "ok"}


class Replies(NamedTuple):
    """What a page without a line is told with its next run."""

    answers: dict[str, actions.Answer]
    """By the acts' ids."""
    before: int | None
    """It asks for what was said before this message."""


def answer_all(acts: Actions, who: str, messages: object) -> Replies:
    """Do what a page without a line asks for with a run of the script. What is no message is passed over."""
    answers, before = {}, None
    for message in messages if isinstance(messages, list) else []:
        with suppress(SignalError):
            match read(message):
                case actions.Act() as act:
                    answers[act.id] = acts.perform(who, act)
                case AskChat(number):
                    before = number
    return Replies(answers, before)


def whole(registry: Registry, view: View | None, *, watches: bool = False, before: int | None = None) -> list[Payload]:
    """All that a tab is told at the beginning of a line, for one that has none: one that `watches`, too; and what was
    said in its room `before` this message."""
    told = [views.overview(registry.snapshot())] if watches else []
    if view:
        told += [people_payload(registry.people()), views.message(views.parts(view, registry.capacity))]
        if room := views.room_of(view):
            told += [views.chat_page(room, end) for end in {None, before}]
    return [{**payload, "now": registry.now} for payload in told]


def people_payload(people: People) -> Payload:
    """Who is here, as it goes to the browser."""
    here = {
        who: {"name": person.name, "status": person.status, "connected": person.connected}
        for who, person in people.here.items()
    }
    return {"type": "people", "version": people.version, "since": people.since, "here": here, "gone": people.gone}


def error_payload(error: SignalError) -> Payload:
    return {"type": "error", "code": error.code, "message": str(error)}


def same_origin(origin: str | None, host: str | None, allowed: Collection[str] = ()) -> bool:
    """Whether a page of this Origin (RFC 6454) may open a line to this Host, or is allowed by name."""
    if origin is None:
        return False
    try:
        return origin in allowed or (host is not None and urlsplit(origin).netloc.lower() == host.lower())
    except ValueError:  # no URL at all
        return False


@dataclass(slots=True)
class _Line:
    """What waits to be pushed to one tab."""

    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    changed: bool = False
    others: bool = False
    """Somebody has come, gone or changed."""
    overview: bool = False
    """What goes on in all of Parley is to be told."""
    outbox: deque[Payload] = field(default_factory=lambda: deque(maxlen=limits.OUTBOX))


class Signaling:
    """The endpoint of /signal: pushes to each tab that something it can see has changed, and what the other browser of
    a direct call says."""

    def __init__(
        self,
        registry: Registry,
        *,
        acts: Actions | None = None,
        allowed_origins: Collection[str] = (),
        clock: Clock = steady,
    ) -> None:
        self._registry, self._allowed = registry, allowed_origins
        self._acts = acts or Actions(registry)
        self._allowances = Allowances(clock)
        self._lines: dict[Conversation, _Line] = {}
        self._people = _PeopleTexts(registry)
        self._overview: str | None = None
        self._gathering = self._looking = False
        self._loop: asyncio.AbstractEventLoop | None = None
        registry.listen(self._on_change)

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one tab until it goes. A page of another origin is refused before the handshake (HTTP 403)."""
        if not same_origin(websocket.headers.get("origin"), websocket.headers.get("host"), self._allowed):
            await websocket.close(POLICY_VIOLATION)
            return
        await websocket.accept()
        self._loop = asyncio.get_running_loop()
        address = network(websocket.client.host if websocket.client else None)
        conversation = Conversation(self._registry, self._allowances, self._deliver, address, self._acts)
        line = _Line()
        self._lines[conversation] = line
        try:
            async with asyncio.TaskGroup() as tasks:
                pushing = tasks.create_task(self._push(websocket, conversation, line))
                await self._listen(websocket, conversation, line)
                pushing.cancel()
        finally:
            del self._lines[conversation]
            if all(other.who != conversation.who for other in self._lines):
                conversation.end()

    def _on_change(self, change: Change) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring, change)

    def _ring(self, change: Change) -> None:
        for conversation, line in self._lines.items():
            if conversation.who in change.audience:
                line.changed = True
                line.waiting.set()
        if change.public and not self._gathering and self._loop is not None:
            self._gathering = True
            self._loop.call_later(limits.GATHER, self._spread)

        if change.public and not self._looking and self._loop is not None:
            self._looking = True
            self._loop.call_later(limits.OVERVIEW_EVERY, self._look)

    def _look(self) -> None:
        """Tell who looks on what goes on."""
        self._looking, self._overview = False, None
        for conversation, line in self._lines.items():
            if conversation.watches:
                line.overview = True
                line.waiting.set()

    def _overview_text(self) -> str:
        """Written once for all who are told, but for the time, which is another one each time."""
        if self._overview is None:
            self._overview = json.dumps(views.overview(self._registry.snapshot()), separators=(",", ":"))
        return f'{self._overview.removesuffix("}")},"now":{self._registry.now}}}'

    def _spread(self) -> None:
        """Tell everybody who has come, gone and changed since the last time."""
        self._gathering = False
        self._people.forget()
        for conversation, line in self._lines.items():
            line.others = conversation.who is not None
            line.changed = line.changed or conversation.watches
            line.waiting.set()

    def _deliver(self, who: str, payload: Payload) -> None:
        for conversation, line in self._lines.items():
            if conversation.who == who:
                line.outbox.append(payload)
                line.waiting.set()

    async def _listen(self, websocket: WebSocket, conversation: Conversation, line: _Line) -> None:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                answer = conversation.answer(message.get("text") or message.get("bytes"))
                await _send(websocket, answer)
            except RateLimitError as error:
                await _send(websocket, error_payload(SignalError("rate_limited", str(error))))
                await websocket.close(POLICY_VIOLATION)
                return
            if answer["type"] == "welcome":
                line.changed, line.overview = True, conversation.watches
                line.others = line.others or (conversation.who is not None and conversation.told is None)
                line.waiting.set()

    async def _push(self, websocket: WebSocket, conversation: Conversation, line: _Line) -> None:
        """Push what waits. Of news only the newest: what changes while they are being sent is one more push, never a
        queue."""
        while True:
            await line.waiting.wait()
            line.waiting.clear()
            if line.changed:
                line.changed = False
                for payload in conversation.news():
                    await _send(websocket, payload)
            if line.others:
                line.others = False
                version, text = self._people.since(conversation.told)
                if version != conversation.told:
                    conversation.told = version
                    await _send(websocket, text)
            if line.overview:
                line.overview = False
                await _send(websocket, self._overview_text())
            while line.outbox:
                await _send(websocket, line.outbox.popleft())


class _PeopleTexts:
    """What is said of who is here: written once for all who are told the same."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._texts: dict[int | None, tuple[int, str]] = {}

    def since(self, version: int | None) -> tuple[int, str]:
        """The version that a tab has after it, and the text."""
        if version not in self._texts:
            people = self._registry.people(version)
            self._texts[version] = people.version, json.dumps(people_payload(people), separators=(",", ":"))
        return self._texts[version]

    def forget(self) -> None:
        """Something has changed: what was written is old."""
        self._texts.clear()


async def _send(websocket: WebSocket, payload: Payload | str) -> None:
    if websocket.application_state is WebSocketState.CONNECTED:
        try:
            await websocket.send_text(
                payload if isinstance(payload, str) else json.dumps(payload, separators=(",", ":"))
            )
        except (WebSocketDisconnect, RuntimeError):
            return  # it went while this was being sent; the reader notices and ends

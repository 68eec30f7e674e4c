"""The wire protocol of /signal, and the WebSocket endpoint over it. docs/protocol.md is its specification.

The first half decides, without a socket: it parses, limits and answers. The second half moves the bytes, with
Starlette's WebSocket (https://www.starlette.io/websockets/). What cannot be parsed is answered with a typed error. What
a browser sends can end its own line and no other's: too much of it does, and an error of ours, which is logged. How
many lines there are, and how large their messages, is bounded in components/door, which comes first.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from calls import actions, direct_signals, limits
from calls.actions import Act, Actions
from calls.allowance import Allowances, network
from calls.clock import Clock, steady
from calls.direct_signals import Report, Signal
from calls.errors import RateLimitError, SignalError, UnknownError
from calls.presence import People
from calls.registry import Registry
from calls.rooms import Change

POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hello:
    """The tab says which participant it is."""

    token: str
    watches: bool = False
    """It shows what goes on in all of Parley, too."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The tab is nobody, and looks on."""


@dataclass(frozen=True, slots=True)
class AskPeople:
    """The tab wants to know once more who is here: what it was told does not fit what it has."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The tab asks whether the line still works; proxies cut lines that are silent."""

    again: float | None = None
    """Within how many seconds it asks again; None where it promises nothing."""


Incoming = Hello | Watch | AskPeople | Ping | Act | Signal | Report


def parse(data: str | bytes | None) -> Incoming:
    """The message that the bytes hold. Raises SignalError: too_large, malformed or unknown_type."""
    message = _object(_text(data))
    if isinstance(message, dict) and (signal := direct_signals.read(message)):
        return signal
    match message:
        case {"type": "act"}:
            return actions.read(message)
        case {"type": "hello", "token": str(token), **more}:
            return Hello(token, more.get("watch") is True)
        case {"type": "ping", **more}:
            return Ping(_again(more.get("again")))
        case {"type": "hello"}:
            raise SignalError("malformed", "A hello needs a token, as text.")
        case {"type": str(kind)}:
            return _bare(kind)
    raise SignalError("malformed", "A message is a JSON object with a type.")


def _bare(kind: str) -> Incoming:
    """A message that says nothing but its type."""
    match kind:
        case "watch":
            return Watch()
        case "people":
            return AskPeople()
    raise SignalError("unknown_type", f"There is no message of type {kind[:40]!r}.")


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

    def answer(self, data: str | bytes | None) -> Payload:
        """The reply to one message. Raises RateLimitError: then the line is to be closed."""
        self._spend(self.who or self._line)
        try:
            return self._reply(parse(data))
        except SignalError as error:
            return error_payload(error)

    def news(self) -> Payload:
        """What to push after a change."""
        try:
            return {"type": "changed", "version": self._version()}
        except UnknownError:
            return {"type": "gone"}

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
            case Hello(token, watches):
                return self._greet(token, watches=watches)
            case Watch():
                self.who, self.watches = None, True
                return {"type": "welcome", "version": self._version()}
            case AskPeople():
                return self._tell_people()
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

    def _greet(self, token: str, *, watches: bool) -> Payload:
        try:
            who = self._registry.identify(token)
            self._spend(who)  # a participant who connects again has sent what was sent before
            if who != self.who:
                self.who, self.told = who, None
                for text in self._registry.kept_signals(who):
                    self._deliver(who, json.loads(text))
            self.watches = watches
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


def people_payload(people: People) -> Payload:
    """Who is here, as it goes to the browser: by /signal, or with a run where there is no line."""
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
        self._gathering = False
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
                await _send(websocket, conversation.answer(message.get("text") or message.get("bytes")))
            except RateLimitError as error:
                await _send(websocket, error_payload(SignalError("rate_limited", str(error))))
                await websocket.close(POLICY_VIOLATION)
                return
            if conversation.who is not None and conversation.told is None:
                line.others = True
                line.waiting.set()

    async def _push(self, websocket: WebSocket, conversation: Conversation, line: _Line) -> None:
        """Push what waits. Of news only the newest: what changes while they are being sent is one more push, never a
        queue."""
        while True:
            await line.waiting.wait()
            line.waiting.clear()
            if line.changed:
                line.changed = False
                await _send(websocket, conversation.news())
            if line.others:
                line.others = False
                version, text = self._people.since(conversation.told)
                if version != conversation.told:
                    conversation.told = version
                    await _send(websocket, text)
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

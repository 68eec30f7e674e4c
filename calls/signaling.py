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

from calls import direct_signals, limits
from calls.allowance import Allowances, network
from calls.clock import Clock, steady
from calls.direct_signals import Report, Signal
from calls.errors import RateLimitError, SignalError, UnknownError
from calls.registry import Registry
from calls.rooms import Change

POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hello:
    """The tab says which participant it is."""

    token: str


@dataclass(frozen=True, slots=True)
class Watch:
    """The tab is nobody, and looks on."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The tab asks whether the line still works; proxies cut lines that are silent."""

    again: float | None = None
    """Within how many seconds it asks again; None where it promises nothing."""


Incoming = Hello | Watch | Ping | Signal | Report


def parse(data: str | bytes | None) -> Incoming:
    """The message that the bytes hold. Raises SignalError: too_large, malformed or unknown_type."""
    message = _object(_text(data))
    if isinstance(message, dict) and (signal := direct_signals.read(message)):
        return signal
    match message:
        case {"type": "hello", "token": str(token)}:
            return Hello(token)
        case {"type": "watch"}:
            return Watch()
        case {"type": "ping", **more}:
            return Ping(_again(more.get("again")))
        case {"type": "hello"}:
            raise SignalError("malformed", "A hello needs a token, as text.")
        case {"type": str(kind)}:
            raise SignalError("unknown_type", f"There is no message of type {kind[:40]!r}.")
    raise SignalError("malformed", "A message is a JSON object with a type.")


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
    ) -> None:
        """`allowances` outlive the WebSocket, so that another one is no way to more messages. `deliver` takes a payload
        to the participant with this id. `address` is the network that the WebSocket comes from."""
        self._registry, self._allowances = registry, allowances
        self._address, self._line = address, f"line {next(_lines)}"
        self._deliver = deliver or (lambda _who, _payload: None)
        self.who: str | None = None
        """The participant, once it has said hello."""
        self._watches = False

    def answer(self, data: str | bytes | None) -> Payload:
        """The reply to one message. Raises RateLimitError: then the line is to be closed."""
        self._spend(self.who or self._line)
        try:
            return self._reply(parse(data))
        except SignalError as error:
            return error_payload(error)

    def concerns(self, change: Change) -> bool:
        """Whether there is news after it."""
        return self.who in change.audience or (self._watches and change.public)

    def news(self) -> Payload:
        """What to push after a change."""
        try:
            return {"type": "changed", "version": self._registry.version(self.who)}
        except UnknownError:
            return {"type": "gone"}

    def end(self) -> None:
        """The line is over, and it was the last one of its participant's."""
        if self.who is not None:
            self._registry.unheard(self.who)

    def _reply(self, message: Incoming) -> Payload:
        match message:
            case Hello(token):
                return self._greet(token)
            case Watch():
                self.who, self._watches = None, True
                return {"type": "welcome", "version": self._registry.version(None)}
            case Signal() | Report():
                return self._pass_on(message)
            case Ping(again) if self.who is not None:
                with suppress(UnknownError):  # it is told that it is gone
                    self._registry.heard(self.who, again)
        return {"type": "pong"}

    def _spend(self, key: str) -> None:
        self._allowances.spend(limits.MESSAGES.times(limits.ADDRESS_PEOPLE), self._address)
        self._allowances.spend(limits.MESSAGES, key)

    def _greet(self, token: str) -> Payload:
        try:
            who = self._registry.identify(token)
            self._spend(who)  # a participant who connects again has sent what was sent before
            self.who, self._watches = who, False
            welcome = {"type": "welcome", "version": self._registry.version(self.who)}
            for text in self._registry.kept_signals(self.who):
                self._deliver(self.who, json.loads(text))
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
    outbox: deque[Payload] = field(default_factory=lambda: deque(maxlen=limits.OUTBOX))


class Signaling:
    """The endpoint of /signal: pushes to each tab that something it can see has changed, and what the other browser of
    a direct call says."""

    def __init__(self, registry: Registry, *, allowed_origins: Collection[str] = (), clock: Clock = steady) -> None:
        self._registry, self._allowed = registry, allowed_origins
        self._allowances = Allowances(clock)
        self._lines: dict[Conversation, _Line] = {}
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
        conversation, line = Conversation(self._registry, self._allowances, self._deliver, address), _Line()
        self._lines[conversation] = line
        try:
            async with asyncio.TaskGroup() as tasks:
                pushing = tasks.create_task(_push(websocket, conversation, line))
                await _listen(websocket, conversation)
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
            if conversation.concerns(change):
                line.changed = True
                line.waiting.set()

    def _deliver(self, who: str, payload: Payload) -> None:
        for conversation, line in self._lines.items():
            if conversation.who == who:
                line.outbox.append(payload)
                line.waiting.set()


async def _listen(websocket: WebSocket, conversation: Conversation) -> None:
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


async def _push(websocket: WebSocket, conversation: Conversation, line: _Line) -> None:
    """Push what waits. Of news only the newest: what changes while they are being sent is one more push, never a
    queue."""
    while True:
        await line.waiting.wait()
        line.waiting.clear()
        if line.changed:
            line.changed = False
            await _send(websocket, conversation.news())
        while line.outbox:
            await _send(websocket, line.outbox.popleft())


async def _send(websocket: WebSocket, payload: Payload) -> None:
    if websocket.application_state is WebSocketState.CONNECTED:
        try:
            await websocket.send_json(payload)
        except (WebSocketDisconnect, RuntimeError):
            return  # it went while this was being sent; the reader notices and ends

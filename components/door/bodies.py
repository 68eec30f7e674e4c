"""How much a request over HTTP may carry, and how long that may take. Nobody uploads anything to Parley."""

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calls import limits


class _TooMuchError(Exception):
    """The body has more bytes than it may."""


class Bodies:
    """Refuses a body that is too large (HTTP 413) or too slow (408), before it is held."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        status = 413
        try:
            if _announced(scope) <= limits.BODY_BYTES:
                await self._app(scope, _Bounded(receive).receive, note)
                return
        except _TooMuchError:
            pass
        except TimeoutError:
            status = 408
        if not started:
            text = "The request is too large." if status == 413 else "The request took too long."
            await PlainTextResponse(text, status, {"Connection": "close"})(scope, receive, send)


def _announced(scope: Scope) -> int:
    lengths = [int(value) for name, value in scope["headers"] if name == b"content-length" and value.isdigit()]
    return max(lengths, default=0)


class _Bounded:
    """A request's body. Raises _TooMuchError and TimeoutError."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._bytes, self._whole = receive, 0, False
        self._deadline = asyncio.get_running_loop().time() + limits.BODY_WITHIN

    async def receive(self) -> Message:
        if self._whole:  # what comes now is that the browser has gone, for which a long response waits
            return await self._receive()
        async with asyncio.timeout_at(self._deadline):
            message = await self._receive()
        self._bytes += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._bytes > limits.BODY_BYTES:
            raise _TooMuchError
        return message

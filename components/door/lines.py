"""How many WebSockets there may be, how soon each has to speak, and how fast it may go on.

It holds for /signal and for Streamlit's own `_stcore/stream` alike. What a line sends too fast waits in the network, so
that people with a burst of reports lose nothing; a line that says nothing is closed.
"""

import asyncio
import logging
from collections import Counter
from itertools import count

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from calls import limits
from calls.allowance import Allowances, network

POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1

logger = logging.getLogger(__name__)


class Lines:
    """Counts WebSockets, in all and by address, and listens to each with patience that ends."""

    def __init__(self, app: ASGIApp, *, most: int, most_per_address: int, allowances: Allowances) -> None:
        self._app, self._most, self._most_per_address = app, most, most_per_address
        self._allowances = allowances
        self._open: Counter[str] = Counter()
        self._numbers = count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        address = network(scope["client"][0] if scope.get("client") else None)
        if refusal := self._refusal(address):
            await WebSocket(scope, receive, send).send_denial_response(refusal)
            await _until_gone(receive)
            return
        self._open[address] += 1
        try:
            listener = _Listener(receive, send, self._allowances, address, f"line {next(self._numbers)}")
            await self._app(scope, listener.receive, send)
        finally:
            self._open -= Counter([address])  # an address without a line is forgotten

    def _refusal(self, address: str) -> PlainTextResponse | None:
        if self._open.total() >= self._most:
            logger.warning(
                "%d WebSockets are open, as many as PARLEY_CONNECTIONS allows: one more was refused", self._most
            )
            return _refuse(503, "This server has no place for another page. Try again in a minute.", 60)
        wait = self._allowances.wait(limits.CONNECTS, address)
        if self._open[address] >= self._most_per_address or wait:
            logger.warning("Too many WebSockets from one address: one more was refused")
            return _refuse(429, "There are too many pages from your address. Close some, or wait a minute.", 60)
        return None


def _refuse(status: int, text: str, seconds: int) -> PlainTextResponse:
    return PlainTextResponse(text, status, {"Retry-After": str(seconds)})


async def _until_gone(receive: Receive) -> None:
    """uvicorn logs an error where a refusal returns before the connection has gone: it takes it for one that was never
    finished. It says that there is a request, that the refusal has ended it, and that the connection has gone."""
    for _ in range(3):
        await receive()


class _Listener:
    """One WebSocket as the app hears it."""

    def __init__(self, receive: Receive, send: Send, allowances: Allowances, address: str, line: str) -> None:
        self._receive, self._send, self._allowances = receive, send, allowances
        self._address, self._line, self._spoken = address, line, False
        self._deadline = asyncio.get_running_loop().time() + limits.HELLO_WITHIN

    async def receive(self) -> Message:
        """The next message, in its turn; a disconnection where the first does not come in time."""
        try:
            async with asyncio.timeout_at(None if self._spoken else self._deadline):
                message = await self._receive()
        except TimeoutError:
            reason = f"A line says hello within {limits.HELLO_WITHIN:.0f} s."
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason})
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
        if message["type"] == "websocket.receive":
            self._spoken = True
            await self._turn()
        return message

    async def _turn(self) -> None:
        for rate, key in ((limits.LINE_MESSAGES, self._line), (limits.ADDRESS_MESSAGES, self._address)):
            while seconds := self._allowances.wait(rate, key):
                await asyncio.sleep(seconds)

"""A visitor without a browser, who speaks Streamlit's own protocol to a real server.

    async with Visitor.opens(server.url) as visitor:
        await visitor.enters("Mallory")
        await visitor.presses("New room")
        await visitor.sends(BackMsg(clear_cache=True))

The wire: a WebSocket to `_stcore/stream`, on which the browser sends BackMsg and the server ForwardMsg, as protobuf.
A visitor without a tree to keep costs about nothing, so hundreds of them fit into one process.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.hostile.page import Page

WITHIN = 30.0  # seconds that a condition may take on a busy machine


def dial(url: str, path: str, *, address: str | None = None, **options: Any) -> connect:
    """A WebSocket to this path of the server; use it with `await` or `async with`.

    `address` is the address on this machine that the server sees, such as "127.0.0.7"; `options` are those of
    `websockets.connect`.
    """
    home = urlsplit(url)
    where = f"ws://127.0.0.1:{home.port}{home.path}{path}"
    given: dict[str, Any] = {
        "origin": Origin(f"http://127.0.0.1:{home.port}"),
        "max_size": None,
        "compression": None,
        "proxy": None,
        "open_timeout": WITHIN,
        "close_timeout": 1,
        "local_addr": (address, 0) if address else None,
    }
    return connect(where, **given | options)


def stream(url: str, **options: Any) -> connect:
    """A WebSocket to Streamlit that has said nothing yet."""
    return dial(url, "_stcore/stream", subprotocols=[Subprotocol("streamlit")], **options)


async def _does(line: ClientConnection, act: str, **about: object) -> dict[str, Any]:
    """The answer to an act."""
    await line.send(json.dumps({"type": "act", "act": act, "id": secrets.token_hex(8), **about}))
    return await _next(line, "done", "refused")


async def _next(line: ClientConnection, *kinds: str) -> dict[str, Any]:
    """The next message of one of these types."""
    async with asyncio.timeout(WITHIN):
        while (message := json.loads(await line.recv()))["type"] not in kinds:
            pass
    return dict(message)


class Visitor:
    """One tab. What is set is kept, and sent with every run, as a browser does."""

    def __init__(self, url: str, socket: ClientConnection, query: str = "") -> None:
        self.page = Page()
        self.socket = socket
        self._url, self._query = url, query
        self._widgets: dict[str, WidgetState] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    @asynccontextmanager
    async def opens(
        cls, url: str, *, query: str = "", path: str = "", token: str | None = None, **options: Any
    ) -> AsyncIterator["Visitor"]:
        """Open the app, be asked who this tab was, and see the page. `query` is that of the address ("room=…"), `path`
        the page's ("history"), `token` what a reload remembers."""
        async with stream(url, **options) as socket:
            visitor = cls(url, socket, query)
            try:
                await visitor.runs(page_name=path)
                if visitor.page.shows("doorbell"):
                    await visitor.remembers(token)
                yield visitor
            finally:
                visitor._reading.cancel()
                await asyncio.wait([visitor._reading])

    # What the visitor does

    async def enters(self, name: str) -> None:
        """Type a name, and wait until one is in."""
        self.types("Your name", name)
        await self.presses("Enter")
        await self.sees(lambda page: page.shows("Leave"))

    def types(self, label: str, text: str) -> None:
        """Fill a field in; it is sent with the next run."""
        self._set(self.page.find(label).id, string_value=text)

    async def presses(self, label: str) -> None:
        """Press a button, and wait for the end of a run."""
        await self.runs(WidgetState(id=self.page.find(label).id, trigger_value=True))

    async def calls(self, name: str) -> dict[str, Any]:
        """Call whoever is here under this name, as the page does it, and draw what became of it; the answer."""
        async with self.line() as line:
            await line.send(json.dumps({"type": "hello", "token": self.token}))
            people = await _next(line, "people")
            [whom] = [who for who, person in people["here"].items() if person["name"] == name]
            answer = await _does(line, "call", whom=whom)
        await self.runs()
        return answer

    async def answers(self, *, accepts: bool) -> dict[str, Any]:
        """Answer what rings, or end it, as the dialog does it, and draw what became of it; the ring."""
        async with self.line() as line:
            await line.send(json.dumps({"type": "hello", "token": self.token}))
            ring: dict[str, Any] = (await _next(line, "view"))["set"]["ring"]
            await _does(line, "accept" if accepts else "put_down", room=ring["room"], deadline=ring["deadline"])
        await self.runs()
        return ring

    async def hangs_up(self) -> None:
        """Press Hang up, and draw what became of it."""
        async with self.line() as line:
            await line.send(json.dumps({"type": "hello", "token": self.token}))
            await _does(line, "put_down", room=self.page.data("bar")["room"])
        await self.runs()

    async def reports(self, key: str, value: Any) -> None:
        """What a component's JavaScript says: for one of version 1 its value, for one of version 2 a dictionary of
        states. Waits for the end of a run."""
        widget = self.page.find(key)
        if hasattr(widget, "js_content"):
            value = self._states[key] = self._states.get(key, {}) | value
        self._set(widget.id, json_value=json.dumps(value))
        await self.runs()

    async def remembers(self, token: str | None = None, name: str | None = None) -> None:
        """Answer the doorbell's question who this tab was."""
        session = self.page.data("doorbell")["session"]
        hello = {"session": session, "token": token, "name": name, "sends": None}
        await self.reports("doorbell", {"hello": hello})

    async def goes_to(self, path: str) -> None:
        """Open another page by its path: "history"; "" for the first."""
        await self.runs(page_script_hash=self.page.pages[path])

    async def runs(self, *pressed: WidgetState, **state: Any) -> None:
        """Ask for a run of the script, and wait for the end of one."""
        before = self.page.runs
        await self.sends(self.rerun(*pressed, **state))
        await self.sees(lambda page: page.runs > before)

    async def sends(self, message: BackMsg | bytes | str) -> None:
        """Send anything, and wait for nothing."""
        await self.socket.send(message.SerializeToString() if isinstance(message, BackMsg) else message)

    def rerun(self, *pressed: WidgetState, **state: Any) -> BackMsg:
        """The message that asks for a run, with all that was set."""
        client = ClientState(**{"query_string": self._query, "page_script_hash": self.page.here} | state)
        client.widget_states.widgets.extend([*self._widgets.values(), *pressed])
        client.cached_message_hashes.extend(self.page.cache)
        client.context_info.url, client.context_info.timezone = self._url, "UTC"
        return BackMsg(rerun_script=client)

    async def sees(self, condition: Callable[[Page], object], within: float = WITHIN) -> None:
        """Wait until the page is so. ConnectionClosed when the server hung up; TimeoutError."""
        async with asyncio.timeout(within):
            while not condition(self.page):
                if self._reading.done():
                    await self._reading
                self._news.clear()
                await self._news.wait()

    @property
    def token(self) -> str:
        """The secret by which the server knows this tab."""
        return str(self.page.data("doorbell")["token"])

    def line(self, **options: Any) -> connect:
        """A WebSocket to /signal that has not said hello yet."""
        return dial(self._url, "signal", **options)

    def _set(self, widget: str, **value: Any) -> None:
        self._widgets[widget] = WidgetState(id=widget, **value)

    async def _read(self) -> None:
        try:
            while True:
                self.page.take(await self.socket.recv(decode=False))
                self._news.set()
        finally:
            self._news.set()

"""Whatever a stranger makes up for Streamlit's connection and for /signal, a real server goes on, without an error of
ours in its log. The parts that need no server are made up for in tests/test_signaling.py and others."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed

from calls.errors import SignalError
from calls.signaling import AskPeople, parse
from tests.e2e.server import Server
from tests.hostile.visitor import WITHIN, Visitor, dial, stream

EXAMPLES = settings().max_examples // 5  # each takes a part of a second
UNFORESEEN = "Uncaught app execution", "Exception in ASGI application", "A listener failed", "never retrieved"
VISIT = 20  # examples from one address: then it would have to wait

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
STATES = ["hello", "changed", "polling", "report", "answer", "shown", "done", "ready", "quality", "layout", "order"]
FIELDS = [
    "session",
    "token",
    "name",
    "sends",
    "room",
    "deadline",
    "accepts",
    "cameras",
    "camera",
    "error",
    "errors",
    "ended",
]
STREAMER = ["playing", "sdpOffer", "iceCandidates", "selectedVideoDeviceId"]
shaped = st.dictionaries(
    st.sampled_from(STATES + STREAMER),
    anything | st.dictionaries(st.sampled_from([*FIELDS, "type", "sdp", "candidate"]), anything),
)
said = st.one_of(
    st.builds(dict, json_value=(shaped | anything).map(json.dumps) | st.text(max_size=20)),
    st.builds(dict, string_value=st.text(max_size=100)),
    st.fixed_dictionaries({"trigger_value": st.booleans()}),
    st.builds(dict, int_value=st.integers(-(2**63), 2**63 - 1)),
    st.builds(dict, double_value=st.floats()),
    st.builds(dict, bytes_value=st.binary(max_size=50)),
    st.builds(dict, json_trigger_value=anything.map(json.dumps)),
)
asked = st.fixed_dictionaries(
    {},
    optional={
        "query_string": st.text(max_size=50) | st.text(max_size=30).map("room={}".format),
        "page_script_hash": st.text(max_size=40),
        "page_name": st.sampled_from(["", "room", "history", "dashboard", "../app", "\0"]) | st.text(max_size=20),
        "fragment_id": st.text(max_size=40),
        "is_auto_rerun": st.booleans(),
    },
)
zones = st.sampled_from(["UTC", "Europe/Vienna", "../../etc/passwd", "\0"]) | st.text(max_size=30)


def serialized(state: ClientState) -> bytes:
    """The message that asks for such a run."""
    return bytes(BackMsg(rerun_script=state).SerializeToString())


class Mallory:
    """Comes in again and again, from one address after the other."""

    def __init__(self, server: Server) -> None:
        self.server, self._runner, self._stack = server, asyncio.Runner(), AsyncExitStack()
        self._visitor: Visitor | None = None
        self._visits = self._examples = 0
        self.address = ""

    def does(self, what: Callable[[Visitor], Awaitable[None]]) -> None:
        """One who is in does this. Afterwards the server serves, and has logged no error of ours."""
        before = self._errors()
        self._runner.run(self._do(what))
        assert self._errors() == before, self.server.log[-5_000:]

    def _errors(self) -> int:
        """How many the server has logged that nobody had foreseen: those of a run, a request, a listener, a task."""
        return sum(self.server.log.count(line) for line in UNFORESEEN)

    async def _do(self, what: Callable[[Visitor], Awaitable[None]]) -> None:
        if self._visitor is None or self._examples == VISIT:
            await self._stack.aclose()
            self._visits, self._examples = self._visits + 1, 0
            self.address = f"127.1.{self._visits // 250}.{self._visits % 250 + 1}"
            visiting = Visitor.opens(self.server.url, address=self.address)
            self._visitor = await self._stack.enter_async_context(visiting)
            await self._visitor.enters("Mallory")
        self._examples += 1
        visitor, self._visitor = self._visitor, None
        await what(visitor)
        self._visitor = visitor  # who failed does not come back

    def goes(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()


@pytest.fixture(scope="module")
def mallory(server: Server) -> Iterator[Mallory]:
    visitor = Mallory(server)
    yield visitor
    visitor.goes()


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES)
@given(values=st.lists(st.tuples(st.integers(0, 50), said), max_size=12), state=asked, zone=zones)
def test_whatever_widgets_and_components_say(
    mallory: Mallory, values: list[tuple[int, dict[str, Any]]], state: dict[str, Any], zone: str
) -> None:
    """Values of any kind for what is on the page, pages and rooms that there are not, time zones that are none."""

    async def say(visitor: Visitor) -> None:
        widgets = sorted({proto.id for proto in visitor.page.elements() if getattr(proto, "id", "")})
        states = [WidgetState(id=widgets[number % len(widgets)], **value) for number, value in values if widgets]
        message = visitor.rerun(*states, **state)
        message.rerun_script.context_info.timezone = zone
        await visitor.sends(message)
        await visitor.runs()  # a fragment that there is not is no run

    mallory.does(say)


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES)
@given(
    frames=st.lists(
        st.binary(max_size=200) | st.builds(ClientState, query_string=st.text()).map(serialized), min_size=1, max_size=5
    )
)
def test_whatever_bytes_come(mallory: Mallory, frames: list[bytes]) -> None:
    """A line of Streamlit's ends at what is no message, with the code that says so (1002), or it answers."""

    async def say(_: Visitor) -> None:
        async with stream(mallory.server.url, address=mallory.address) as connection:
            try:
                for frame in (*frames, serialized(ClientState())):
                    await connection.send(frame)
                async with asyncio.timeout(WITHIN):
                    await connection.recv()
            except ConnectionClosed:
                assert connection.close_code == 1002

    mallory.does(say)


words = st.sampled_from(
    [
        "type",
        "token",
        "call",
        "sdp",
        "candidates",
        "state",
        "act",
        "id",
        "whom",
        "room",
        "text",
        "count",
        "before",
        "page",
    ]
)
kinds = st.sampled_from(
    ["hello", "watch", "people", "chat", "act", "ping", "offer", "answer", "candidate", "hangup", "state"]
)
messages = st.one_of(
    st.text(max_size=100),
    st.binary(max_size=100),
    (anything | st.dictionaries(words, anything)).map(json.dumps),
    st.builds(lambda kind, more: json.dumps({**more, "type": kind}), kinds, st.dictionaries(words, anything)),
)


def asks_for_people(message: str | bytes) -> bool:
    try:
        return isinstance(parse(message), AskPeople)
    except SignalError:
        return False


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES)
@given(st.lists(messages, max_size=10))
def test_whatever_signal_hears(mallory: Mallory, messages: list[str | bytes]) -> None:
    """Every message of one who is in has its answer, and the line goes on, unless there are too many."""

    async def say(visitor: Visitor) -> None:
        async with dial(mallory.server.url, "signal", address=mallory.address) as connection:
            for message in (json.dumps({"type": "hello", "token": visitor.token}), *messages, '{"type": "ping"}'):
                with suppress(ConnectionClosed):  # what came before that is still to be read
                    await connection.send(message)
                pushed = {"changed", "gone", "view", "live"} | (set() if asks_for_people(message) else {"people"})
                answer = {"type": "changed"}
                while answer["type"] in pushed:
                    async with asyncio.timeout(WITHIN):
                        answer = json.loads(await connection.recv())
                if answer.get("code") == "rate_limited":
                    return
            assert answer == {"type": "pong"}

    mallory.does(say)

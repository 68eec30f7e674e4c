"""An engine's process, as the people's process sees it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psutil
from aiortc import RTCSessionDescription

from bench.relay_engine import Setup
from bench.relay_servers import LIMIT
from tests.rtc_client import Client

WITHIN = 20.0  # seconds, for an engine to answer, and to end


class EngineError(Exception):
    """The engine cannot do what it was asked for; says why."""


class Link:
    """One engine, started and asked."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.measured = psutil.Process(process.pid)
        """The process whose cost counts."""
        self._offers = False

    async def start(self) -> None:
        """Let the engine be ready."""
        ready = await self._ask(do="start")
        self.measured, self._offers = psutil.Process(ready["pid"]), ready["offers"]

    async def streams_per_viewer(self, people: int) -> int:
        """How many videos, and audios, each of so many people receives."""
        return int((await self._ask(do="streams", people=people))["streams"])

    async def join(self, client: Client, room: str, who: str) -> None:
        """Let a person send into a room."""
        await client.send(lambda offer: self._describe("send", room, who, offer))

    async def show(self, client: Client, room: str, who: str, streams: int) -> None:
        """Let a person watch a room, in which all others send already."""
        if not self._offers:
            await client.watch(lambda offer: self._describe("watch", room, who, offer), streams)
            return
        offer = await self._ask(do="offer", room=room, who=who)
        answer = await client.watch_offer(RTCSessionDescription(**offer))
        await self._ask(do="accept", room=room, who=who, sdp=answer.sdp, type=answer.type)

    async def _describe(self, do: str, room: str, who: str, offer: RTCSessionDescription) -> RTCSessionDescription:
        return RTCSessionDescription(**await self._ask(do=do, room=room, who=who, sdp=offer.sdp, type=offer.type))

    async def _ask(self, **request: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        async with asyncio.timeout(WITHIN):
            line = await self._process.stdout.readline()
        if not line:
            raise EngineError("its process ended")
        response: dict[str, Any] = json.loads(line)
        if "error" in response:
            raise EngineError(response["error"])
        return response


@asynccontextmanager
async def serving(setup: Setup) -> AsyncIterator[Link]:
    """An engine in a process of its own, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.relay_servers", setup.dumps()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LIMIT,
    )
    assert process.stdin is not None
    try:
        link = Link(process)
        await link.start()
        yield link
    finally:
        process.stdin.close()  # then it ends by itself
        try:
            await asyncio.wait_for(process.wait(), WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()

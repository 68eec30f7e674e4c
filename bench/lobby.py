"""What it costs when somebody comes, goes or calls while many wait in the lobby, and how soon all of them have it; and
what the chat of a full room costs.

    python -m bench.lobby [people ...]

The people have no browser: each is a session and a line to /signal, and does what a page does, so a run follows where
the server asks for one. Their own work is done by this process, and not counted; the time until all have it contains
it.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection

from bench import table
from tests.e2e.server import Server, serving
from tests.hostile.visitor import Visitor

PEOPLE = (20, 100, 300)
TIMES = 5
SETTLED = 1.0  # seconds after which whatever was begun is done
IDLE = 10.0  # seconds
EACH_ADDRESS = 25  # people; more of one address would be refused
WITHIN = 120.0  # seconds
ROOM = 8  # people who chat
LINES = 100
PER_SECOND = 5  # lines

numbers = count(1)


class Waiter:
    """Somebody in the lobby."""

    def __init__(self, visitor: Visitor, line: ClientConnection, name: str) -> None:
        self.visitor, self.line, self.name = visitor, line, name
        self.names: dict[str, str] = {}
        self.ring: dict[str, Any] | None = None
        self.room: str | None = None
        self.heard: set[str] = set()
        self._news = asyncio.Event()
        self._following = asyncio.create_task(self._follow())

    @classmethod
    async def comes(cls, stack: AsyncExitStack, url: str, name: str, address: str) -> "Waiter":
        """Open the page, enter, and open the line."""
        visitor = await stack.enter_async_context(Visitor.opens(url, address=address))
        waiter = await cls.enters(stack, visitor, name, address)
        stack.callback(waiter.stop)
        return waiter

    @classmethod
    async def enters(cls, stack: AsyncExitStack, visitor: Visitor, name: str, address: str) -> "Waiter":
        """One whose page is open comes in."""
        await visitor.enters(name)
        line = await stack.enter_async_context(visitor.line(address=address))
        await line.send(json.dumps({"type": "hello", "token": visitor.token}))
        return cls(visitor, line, name)

    def knows(self, name: str) -> bool:
        """Whether this one could call somebody of that name."""
        return name in self.names.values() or self.visitor.page.shows(f"Call {name}")

    def rings(self) -> bool:
        return self.ring is not None

    async def until(self, holds: Any) -> None:
        """Wait for something of this page."""
        async with asyncio.timeout(WITHIN):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def calls(self, other: "Waiter") -> None:
        if self.names:
            [whom] = [who for who, name in self.names.items() if name == other.name]
            act = {"type": "act", "act": "call", "id": str(next(numbers)), "whom": whom}
            await self.line.send(json.dumps(act))
        else:
            await self.visitor.presses(f"Call {other.name}")

    async def puts_down(self) -> None:
        assert self.ring
        await self.does("put_down", room=self.ring["room"], deadline=self.ring["deadline"])

    async def does(self, act: str, **about: object) -> None:
        await self.line.send(json.dumps({"type": "act", "act": act, "id": str(next(numbers)), **about}))

    def stop(self) -> None:
        self._following.cancel()

    async def _follow(self) -> None:
        async for text in self.line:
            message = json.loads(text)
            if message["type"] == "people":
                self._hear(message)
            if message["type"] == "view":
                self.ring = message["set"].get("ring", self.ring)
                room = message["set"].get("room")
                self.room = room["code"] if room else self.room
            if message["type"] == "chat":
                self.heard |= {line["text"] for line in message["messages"]}
            if message["type"] == "changed" and message["version"] > self.visitor.page.data("doorbell")["version"]:
                await self.visitor.reports("doorbell", {"changed": message["version"]})
            self._news.set()

    def _hear(self, people: dict[str, Any]) -> None:
        if people["since"] is None:
            self.names.clear()
        self.names |= {who: person["name"] for who, person in people["here"].items()}
        for who in people["gone"]:
            self.names.pop(who, None)


def used(server: Server) -> float:
    """Seconds of the processor."""
    times = psutil.Process(server.pid).cpu_times()
    return float(times.user + times.system)


class Lobby:
    """Many who wait, and what is measured of them."""

    def __init__(self, server: Server, waiters: list[Waiter]) -> None:
        self._server, self._waiters = server, waiters
        self.cpu: dict[str, list[float]] = defaultdict(list)
        self.delay: dict[str, list[float]] = defaultdict(list)

    async def measures(self, what: str, act: Any, seen: Any) -> None:
        """The server's work for an act, and the time until all who are to see it do."""
        before, began = used(self._server), time.monotonic()
        await act
        await seen
        self.delay[what].append(1_000 * (time.monotonic() - began))
        await asyncio.sleep(SETTLED)
        self.cpu[what].append(1_000 * (used(self._server) - before))

    async def all_until(self, holds: Any) -> None:
        await asyncio.gather(*(waiter.until(lambda waiter=waiter: holds(waiter)) for waiter in self._waiters))

    async def one_comes_and_goes(self) -> None:
        name, address = f"Newcomer {next(numbers)}", "127.0.1.1"
        async with AsyncExitStack() as stack:
            visitor = await stack.enter_async_context(Visitor.opens(self._server.url, address=address))
            await asyncio.sleep(SETTLED)
            await self.measures(
                "one enters",
                Waiter.enters(stack, visitor, name, address),
                self.all_until(lambda waiter: waiter.knows(name)),
            )
            await self.measures(
                "one leaves", visitor.presses("Leave"), self.all_until(lambda waiter: not waiter.knows(name))
            )

    async def one_calls(self) -> None:
        caller, callee = self._waiters[:2]
        await self.measures("one calls", caller.calls(callee), callee.until(callee.rings))
        await self.measures("one cancels", caller.puts_down(), callee.until(lambda: not callee.rings()))

    async def idle(self) -> float:
        before = used(self._server)
        await asyncio.sleep(IDLE)
        return 100 * (used(self._server) - before) / IDLE / len(self._waiters)


async def measure(people: int) -> tuple[Lobby, float, float]:
    """Such a lobby, percent of a core for each who waits, and MB for each session."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), connections="4000", connections_per_address="4000") as server,
    ):
        async with AsyncExitStack() as stack:
            before, waiters = psutil.Process(server.pid).memory_info().rss, []
            for number in range(people):
                address = f"127.0.0.{2 + number // EACH_ADDRESS}"
                waiters.append(await Waiter.comes(stack, server.url, f"Waiter {number}", address))
            lobby = Lobby(server, waiters)
            await lobby.all_until(lambda waiter: waiter.name == waiters[-1].name or waiter.knows(waiters[-1].name))
            await asyncio.sleep(3 * SETTLED)
            memory = (psutil.Process(server.pid).memory_info().rss - before) / people / 1e6
            idle = await lobby.idle()
            for _ in range(TIMES):
                await lobby.one_comes_and_goes()
                await lobby.one_calls()
            return lobby, idle, memory


async def chat() -> tuple[list[float], float]:
    """For each line of the chat of a full room, ms until all have it; and percent of a core that the server used."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        async with AsyncExitStack() as stack:
            people = [await Waiter.comes(stack, server.url, f"Guest {number}", "127.0.0.2") for number in range(ROOM)]
            first, *others = people
            await first.visitor.presses("New room")
            for other in others:
                await first.until(lambda other=other: other.name in first.names.values())
                whom = next(who for who, name in first.names.items() if name == other.name)
                await first.does("invite", whom=whom)
                await other.until(other.rings)
                assert other.ring
                await other.does("accept", room=other.ring["room"], deadline=other.ring["deadline"])
                await other.until(lambda other=other: other.room)
            await asyncio.sleep(3 * SETTLED)
            before, began, delays = used(server), time.monotonic(), []
            for number in range(LINES):
                said, who = time.monotonic(), people[number % ROOM]
                await who.does("say", room=first.room, text=str(number))
                for person in people:
                    await person.until(lambda person=person, number=number: str(number) in person.heard)
                delays.append(1_000 * (time.monotonic() - said))
                await asyncio.sleep(max(0.0, 1 / PER_SECOND - (time.monotonic() - said)))
            return delays, 100 * (used(server) - before) / (time.monotonic() - began)


def main(sizes: tuple[int, ...]) -> None:
    """Print the tables."""
    for people in sizes:
        lobby, idle, memory = asyncio.run(measure(people))
        table.show(f"{people} in the lobby: the server's work", "ms of CPU", lobby.cpu)
        table.show(f"{people} in the lobby: until all who are to see it do", "ms", lobby.delay)
        print(f"\nOne who waits: {idle:.3f} % of a core, {memory:.2f} MB.", flush=True)
    delays, load = asyncio.run(chat())
    table.show(f"Chat of {ROOM}, {PER_SECOND} lines a second", "ms", {"a line, until all have it": delays}, digits=1)
    print(f"\nThe server: {load:.1f} % of a core, without media.")


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or PEOPLE)

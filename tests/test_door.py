"""What stands between the network and the app, without a network."""

import asyncio
from collections.abc import MutableMapping
from ipaddress import ip_network
from typing import Any

import pytest

from calls.allowance import Allowances
from calls.limits import ADDRESS_MESSAGES, LINE_MESSAGES
from components.door.address import Proxies
from components.door.lines import Lines
from tests.people import FakeClock

PROXIES = Proxies(ip_network(network) for network in ("10.0.0.0/8", "2001:db8::7/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("::ffff:10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("2001:db8::7", "[2001:db8::9]:4711", "2001:db8::9"),
    ],
)
def test_who_is_behind_a_proxy(peer: str, forwarded: str, client: str) -> None:
    """X-Forwarded-For is read from the right, for as long as those who wrote it are trusted."""
    assert PROXIES.client(peer, forwarded) == client


class Network:
    """WebSockets that send without end, and an app that takes what it gets."""

    def __init__(self, clock: FakeClock) -> None:
        self.heard = 0
        self._lines = Lines(self._app, most=100, most_per_address=100, allowances=Allowances(clock))

    async def flood(self, *addresses: str) -> int:
        """How many messages of such lines the app hears while no time passes."""
        self.heard = 0
        opened = [asyncio.create_task(self._open(address)) for address in addresses]
        before = -1
        while self.heard > before:  # until none has been heard for as long as all could have had their turn
            before = self.heard
            for _ in range(100):
                await asyncio.sleep(0)
        for task in opened:
            task.cancel()
        await asyncio.wait(opened)
        return self.heard

    async def _open(self, address: str) -> None:
        scope = {"type": "websocket", "path": "/_stcore/stream", "client": (address, 1), "headers": []}
        await self._lines(scope, self._receive, self._send)

    async def _app(self, _scope: Any, receive: Any, _send: Any) -> None:
        while True:
            await receive()
            self.heard += 1
            await asyncio.sleep(0)

    async def _receive(self) -> MutableMapping[str, Any]:
        return {"type": "websocket.receive", "bytes": b""}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        raise AssertionError(message)


async def test_a_line_is_heard_as_often_as_it_may_speak(clock: FakeClock) -> None:
    """What it sends beyond that waits, and nothing of it is lost: it is heard as time passes."""
    network = Network(clock)
    assert await network.flood("192.0.2.1") == LINE_MESSAGES.at_once
    assert await network.flood("192.0.2.1", "192.0.2.2") == 2 * LINE_MESSAGES.at_once


async def test_the_lines_of_an_address_share_what_it_may_send(clock: FakeClock) -> None:
    """And those of another address do not wait for them."""
    network = Network(clock)
    assert await network.flood(*["192.0.2.1"] * 20) == ADDRESS_MESSAGES.at_once
    assert await network.flood("192.0.2.1", "192.0.2.2") == LINE_MESSAGES.at_once

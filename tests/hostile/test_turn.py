"""The example of a TURN server's configuration, run by coturn on a host of its own, behind a NAT: whoever has
credentials gets to the public internet through it, by UDP, and to nothing else."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aioice import stun, turn

from calls.ice import temporary_credentials
from tests.e2e.hosts import apart
from tests.e2e.turn import SECRET, Coturn, deployed, needs_coturn

pytestmark = [needs_coturn, pytest.mark.realtime]  # one at a time: the hosts have names

PUBLIC = (
    "11.213.1.2"  # no address of a special range may stand for a public one; it exists in this host's network alone
)
PUBLIC_IPV6 = "2a0f:213::2"
METADATA, METADATA_IPV6 = "169.254.169.254", "fd00:ec2::254"
# aioice does not know how a relayed address of another kind is asked for (RFC 8656, section 18.8).
FAMILY = (0x0017, "REQUESTED-ADDRESS-FAMILY", stun.pack_unsigned, stun.unpack_unsigned)


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with apart(1) as (host,):
        host.also(PUBLIC_IPV6)
        with deployed(tmp_path_factory.mktemp("coturn"), host, PUBLIC) as running:
            yield running


async def granted(asking: Coroutine[None, None, object]) -> bool:
    """Whether the answer is yes; no is 403, and nothing else."""
    try:
        await asking
    except stun.TransactionFailed as error:
        if error.response.error_code != 403:
            raise
        return False
    return True


class Client(turn.TurnClientUdpProtocol):
    """Somebody with credentials."""

    async def allocates(self, transport: int = turn.UDP_TRANSPORT, **more: int) -> stun.Message:
        """Ask for a relayed address."""
        return await self._asks(stun.Method.ALLOCATE, {"LIFETIME": 600, "REQUESTED-TRANSPORT": transport} | more)

    async def may_send_to(self, host: str) -> bool:
        """Ask for a permission; 403 is no."""
        return await granted(self._asks(stun.Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": (host, 80)}))

    async def may_bind(self, host: str) -> bool:
        """Ask for a channel."""
        return await granted(self.channel_bind(0x4000, (host, 80)))

    async def _asks(self, method: stun.Method, attributes: Mapping[str, object]) -> stun.Message:
        request = stun.Message(method, stun.Class.REQUEST, attributes=dict(attributes))
        async with asyncio.timeout(10):
            return (await self.request_with_retry(request))[0]


@asynccontextmanager
async def client(coturn: Coturn, credentials: tuple[str, str] | None = None) -> AsyncIterator[Client]:
    """Somebody with these credentials, or with those that a server of ours makes for Alice."""
    username, password = credentials or temporary_credentials(SECRET, "alice", 3600, time.time())
    at = (coturn.address, coturn.port)
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Client(at, username, password, 600, 500), remote_addr=at
    )
    yield protocol
    transport.close()


async def test_the_metadata_server_is_not_reached_by_udp(coturn: Coturn) -> None:
    """Nor is anything else that is not public: coturn's network, its loopback, other special ranges. Public addresses
    are, and its own."""
    async with client(coturn) as somebody:
        await somebody.allocates()
        denied = [METADATA, "127.0.0.1", "0.0.0.0", "10.213.1.1", "192.168.1.1", "172.20.0.1"]
        denied += ["100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.192"]
        for host in denied:
            assert (host, await somebody.may_send_to(host)) == (host, False)
            assert (host, await somebody.may_bind(host)) == (host, False)
        for host in ("9.9.9.9", PUBLIC):
            assert (host, await somebody.may_send_to(host)) == (host, True)


async def test_nor_by_ipv6(coturn: Coturn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which has ways to write an address of IPv4."""
    monkeypatch.setitem(stun.ATTRIBUTES_BY_NAME, FAMILY[1], FAMILY)
    async with client(coturn) as somebody:
        answer = await somebody.allocates(**{FAMILY[1]: stun.IPV6_PROTOCOL << 24})
        assert answer.attributes["XOR-RELAYED-ADDRESS"][0] == PUBLIC_IPV6
        for host in (METADATA_IPV6, "::1", "::", "fe80::1", "ff02::1", "fd12::1", "::ffff:169.254.169.254"):
            assert (host, await somebody.may_send_to(host)) == (host, False)
        for host in ("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1"):
            assert (host, await somebody.may_send_to(host)) == (host, False)
        assert await somebody.may_send_to("2a01::1")


async def test_nobody_gets_anywhere_by_tcp(coturn: Coturn) -> None:
    """A relay for TCP would speak HTTP to whatever it reaches. Not even its first step is granted (RFC 6062: 442)."""
    at = (coturn.address, coturn.port)
    username, password = temporary_credentials(SECRET, "alice", 3600, time.time())
    transport, protocol = await asyncio.get_running_loop().create_connection(
        lambda: turn.TurnClientTcpProtocol(at, username, password, 600, 500), *at
    )
    attributes = {"LIFETIME": 600, "REQUESTED-TRANSPORT": turn.TCP_TRANSPORT}
    with pytest.raises(stun.TransactionFailed) as refused:
        await protocol.request_with_retry(stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST, attributes=attributes))
    assert refused.value.response.error_code == 442
    transport.close()


class End(asyncio.DatagramProtocol):
    """One end of a call that is relayed."""

    def __init__(self) -> None:
        self.got, self.closed = (asyncio.get_running_loop().create_future() for _ in range(2))

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.got.done():
            self.got.set_result((data, addr))

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(exc)


async def test_two_who_are_both_relayed_reach_each_other(coturn: Coturn) -> None:
    """At the public address, which coturn's host does not have."""
    ends = [
        await turn.create_turn_endpoint(
            End, (coturn.address, coturn.port), *temporary_credentials(SECRET, who, 3600, time.time())
        )
        for who in ("alice", "bob")
    ]
    (alice, _), (bob, at_bob) = ends
    for transport in (alice, bob):
        assert transport.get_extra_info("sockname")[0] == PUBLIC
    bob.sendto(b"may come", alice.get_extra_info("sockname"))
    async with asyncio.timeout(10):
        while not at_bob.got.done():
            alice.sendto(b"hello", bob.get_extra_info("sockname"))
            await asyncio.wait([at_bob.got], timeout=0.2)
    assert at_bob.got.result() == (b"hello", alice.get_extra_info("sockname"))
    for transport, end in ends:
        transport.close()
        await end.closed


def expiring(at: int) -> tuple[str, str]:
    """Credentials that are valid until then."""
    username = f"{at}:alice"
    return username, base64.b64encode(hmac.new(SECRET.encode(), username.encode(), hashlib.sha1).digest()).decode()


async def test_a_call_outlives_its_credentials(coturn: Coturn) -> None:
    """What is relayed goes on, and finds further ways; but nothing new begins with credentials that have run out."""
    expiry = int(time.time()) + 3
    async with client(coturn, expiring(expiry)) as somebody, client(coturn, expiring(expiry)) as late:
        await somebody.allocates()
        while time.time() < expiry + 1:
            await asyncio.sleep(0.1)
        assert await somebody.may_send_to("9.9.9.9")
        await somebody._asks(stun.Method.REFRESH, {"LIFETIME": 600})
        with pytest.raises(stun.TransactionFailed) as refused:
            await late.allocates()
        assert refused.value.response.error_code == 401


async def test_nobody_takes_it_all(coturn: Coturn) -> None:
    """One person has so many relayed addresses, and the next one has some, too (486: allocation quota reached)."""
    mallory, carol = (temporary_credentials(SECRET, who, 3600, time.time()) for who in ("mallory", "carol"))
    async with AsyncExitStack() as stack:
        for _ in range(30):
            await (await stack.enter_async_context(client(coturn, mallory))).allocates()
        one_more = await stack.enter_async_context(client(coturn, mallory))
        with pytest.raises(stun.TransactionFailed) as refused:
            await one_more.allocates()
        assert refused.value.response.error_code == 486
        await (await stack.enter_async_context(client(coturn, carol))).allocates()

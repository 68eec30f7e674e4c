"""Many connections at one socket: each gets what is its own, and nobody takes what is another's. All over the loopback
interface, with aioice at both ends, and with peers who write each packet themselves."""

import asyncio
import logging
import math
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import aioice
import pytest
from aioice import stun
from aioice.utils import random_string

from calls.errors import SettingsError
from calls.limits import REMOTE_CANDIDATES
from calls.media.rtc import gathering, sockets
from calls.media.rtc.datagrams import Address, Datagrams, bind
from calls.media.rtc.ice import IceConnection
from calls.media.rtc.mux import Mux
from tests.party import loopback
from tests.rtc_client import WITHIN, until

PASSWORD = "p" * 22
HOST = "127.0.0.1"


class End(IceConnection):
    """The server's end of a connection, which keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(ice_controlling=False, local_username=random_string(16))
        self.got: list[bytes] = []
        self.arrived: list[float] = []
        self.get_component_candidates = partial(gathering.candidates, self)  # type: ignore[method-assign]

    def data_received(self, data: bytes, component: int, arrived: float | None = None) -> None:
        """What the socket hands on."""
        assert arrived is not None
        assert component == 1
        self.got.append(data)
        self.arrived.append(arrived)

    @property
    def at(self) -> Address:
        """Where it is reached."""
        return self.local_candidates[0].host, self.local_candidates[0].port


class Peer:
    """A socket of somebody who writes each packet themselves."""

    def __init__(self, password: str = PASSWORD) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(0)
        self.socket.bind((HOST, 0))
        self.name: Address = self.socket.getsockname()
        self.password = password
        self.answers: list[stun.Message] = []

    def asks(self, end: End, password: str | None = None) -> None:
        """An ICE request with this password, or the right one."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes.update({"USERNAME": f"{end.local_username}:peer", "PRIORITY": 1, "ICE-CONTROLLING": 1})
        request.add_message_integrity((password or end.local_password).encode())
        self.socket.sendto(bytes(request), end.at)

    def says(self, end: End, data: bytes) -> None:
        """Something that is no STUN."""
        self.socket.sendto(data, end.at)

    async def hears(self, *, answering: bool = False) -> None:
        """Wait for the next message; a request is answered, if so wanted."""
        async with asyncio.timeout(5):
            data, sender = await asyncio.get_running_loop().sock_recvfrom(self.socket, 2048)
        message = stun.parse_message(data)
        self.answers.append(message)
        if answering and message.message_class == stun.Class.REQUEST:
            response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            response.attributes["XOR-MAPPED-ADDRESS"] = sender
            response.add_message_integrity(self.password.encode())
            self.socket.sendto(bytes(response), sender)

    async def is_answered(self, end: End) -> None:
        """Ask, until there is an answer that is no error."""
        self.asks(end)
        while not any(answer.message_class == stun.Class.RESPONSE for answer in self.answers):
            await self.hears()


@asynccontextmanager
async def ends(count: int) -> AsyncIterator[list[End]]:
    """The server's ends of so many connections, which know where they can be reached."""
    with loopback():
        made = [End() for _ in range(count)]
        for end in made:
            await end.gather_candidates()
    yield made
    for end in made:
        await end.close()


@contextmanager
def peers(count: int) -> Iterator[list[Peer]]:
    with ExitStack() as stack:
        made = [Peer() for _ in range(count)]
        for peer in made:
            stack.enter_context(peer.socket)
        yield made


async def connected(end: End) -> aioice.Connection:
    """A browser's end, by aioice, connected with this one."""
    other = aioice.Connection(ice_controlling=True)
    with loopback():
        await other.gather_candidates()
    await connect(end, other)
    return other


async def connect(end: End, other: aioice.Connection) -> None:
    """Let both know of each other, and come together."""
    for one, two in ((end, other), (other, end)):
        one.remote_username, one.remote_password = two.local_username, two.local_password
        for candidate in two.local_candidates:
            await one.add_remote_candidate(candidate)
    async with asyncio.timeout(10):
        await asyncio.gather(end.connect(), other.connect())


def muxes() -> dict[str, Mux]:
    """The sockets of this loop."""
    found = sockets._sockets.get(asyncio.get_running_loop())
    return found._open if found else {}


async def test_connections_share_a_port_and_each_gets_its_own() -> None:
    """Twenty of them, with ICE by aioice on the other side, both ways."""
    async with ends(20) as made:
        assert len({end.at for end in made}) == 1
        others = [await connected(end) for end in made]
        for number, (end, other) in enumerate(zip(made, others, strict=True)):
            await other.send(b"\x80 to %d" % number)
            await end.send(b"\x80 from %d" % number)
        await until(lambda: all(end.got for end in made))
        assert [end.got for end in made] == [[b"\x80 to %d" % number] for number in range(20)]
        assert [await other.recv() for other in others] == [b"\x80 from %d" % number for number in range(20)]
        for other in others:
            await other.close()


async def test_the_socket_goes_with_the_last_connection() -> None:
    """It is closed, its port is free, and no table remembers anybody."""
    with peers(2) as (one, two):
        async with ends(2) as (first, second):
            (mux,) = muxes().values()
            at = first.at
            await one.is_answered(first)
            await two.is_answered(second)
            await first.close()
            assert list(vars(mux)["_owners"]) == [two.name]
            with pytest.raises(OSError, match="in use"):
                bind(HOST, [at[1]])
            task = asyncio.create_task(
                second._protocols[0].request(stun.Message(stun.Method.BINDING, stun.Class.REQUEST), two.name)
            )
            await asyncio.sleep(0)
            assert vars(mux)["_requests"]
            task.cancel()
            await asyncio.wait([task])
        assert not muxes()
        assert not any(vars(mux)[table] for table in ("_owners", "_shares", "_requests"))
        bind(HOST, [at[1]]).close()


async def test_only_who_has_shown_the_password_is_heard() -> None:
    """Data from anywhere else is dropped; so is a request with a wrong password, or for nobody."""
    async with ends(1) as (end,):
        with peers(3) as (genuine, guessing, stranger):
            guessing.asks(end, "wrong" * 5)
            await guessing.hears()
            assert guessing.answers[0].error_code == 401
            for peer in (guessing, stranger):
                peer.says(end, b"\x80 let me in")
            await genuine.is_answered(end)
            genuine.says(end, b"\x80 hello")
            await until(lambda: end.got)
            assert end.got == [b"\x80 hello"]


async def test_nobody_takes_the_address_of_another() -> None:
    """Mallory has a connection of her own, and writes Alice's address on a request for it: what Alice sends is still
    Alice's."""
    async with ends(2) as (hers, mallorys):
        with peers(1) as (alice,):
            await alice.is_answered(hers)
            alice.asks(mallorys)  # from Alice's socket: this is how it looks to the server
            await alice.is_answered(mallorys)
            alice.says(hers, b"\x80 mine")
            await until(lambda: hers.got or mallorys.got)
            assert (hers.got, mallorys.got) == ([b"\x80 mine"], [])


async def test_an_address_passes_to_who_answers_there() -> None:
    """A browser has gone, and its port is another connection's now: that one answers what the server asks there."""
    async with ends(2) as (gone, new):
        with peers(1) as (peer,):
            await peer.is_answered(gone)
            new.remote_username, new.remote_password = "peer", peer.password
            connecting = asyncio.create_task(new.connect())
            peer.asks(new)
            while not any(answer.message_class == stun.Class.REQUEST for answer in peer.answers):
                await peer.hears(answering=True)
            await until(lambda: vars(next(iter(muxes().values())))["_owners"][peer.name].receiver is new)
            peer.says(new, b"\x80 here now")
            await until(lambda: new.got)
            assert gone.got == []
            connecting.cancel()
            await asyncio.wait([connecting])


async def test_a_connection_has_so_many_addresses_and_no_more() -> None:
    """Somebody who writes ever new ones on genuine requests fills no table."""
    async with ends(2) as (end, other):
        with peers(REMOTE_CANDIDATES + 2) as (*most, late, last):
            for peer in (*most, late):
                await peer.is_answered(end)
            await last.is_answered(other)
            assert len(vars(end._protocols[0])["addresses"]) == REMOTE_CANDIDATES
            late.says(end, b"\x80 too much")
            most[0].says(end, b"\x80 still here")
            await until(lambda: end.got)
            assert end.got == [b"\x80 still here"]


BINDING = b"\x00\x01\x00\x08\x21\x12\xa4\x42" + bytes(12)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        bytes(19),
        bytes(20),
        BINDING + b"\x00\x24\x00\x01\x00\x00\x00\x00",  # a priority of one byte
        BINDING + b"\x00\x06\x00\x02\xff\xfe\x00\x00",  # a user name that is no UTF-8
        BINDING + b"\x00\x06\xff\xff\x00\x00\x00\x00",  # a user name longer than the message
        b"\x80" + bytes(5_000),
    ],
)
async def test_what_is_malformed_is_dropped_in_silence(data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Neither an answer nor a line in a log, and what comes next is heard."""
    async with ends(1) as (end,):
        with peers(1) as (peer,):
            await peer.is_answered(end)
            peer.says(end, data)
            peer.says(end, b"\x80 next")
            await until(lambda: end.got)
            assert end.got == [b"\x80 next"]
    assert not caplog.records


async def test_a_datagram_is_dated_when_it_came() -> None:
    """Not when the loop got round to it: who estimates the way by that would take a busy server for a slow network."""
    async with ends(1) as (end,), asyncio.timeout(WITHIN):
        with peers(1) as (peer,):
            await peer.is_answered(end)
            came, sent = (math.inf, math.inf), -math.inf
            # Linux begins to date datagrams some time after the first socket has asked for it.
            while came[1] > sent + 0.01:
                end.got.clear()
                end.arrived.clear()
                before = time.monotonic()
                peer.says(end, b"\x80 one")
                peer.says(end, b"\x80 two")
                sent = time.monotonic()
                time.sleep(0.1)  # the loop is busy
                await until(lambda: len(end.got) == 2)
                came = (end.arrived[0], end.arrived[1])
            assert before - 0.01 <= came[0] <= came[1]  # the two clocks are read one after the other


async def test_time_does_not_go_back_with_the_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sets the clock of the machine: the dates of datagrams go on from where they were."""
    async with ends(1) as (end,):
        with peers(1) as (peer,):
            await peer.is_answered(end)
            for ahead in (0, -3600, 3600, 7200):
                monkeypatch.setattr(time, "time", lambda ahead=ahead: time.time_ns() * 1e-9 + ahead)
                count = len(end.got)
                peer.says(end, b"\x80 tick")
                await until(lambda count=count: len(end.got) > count)  # type: ignore[misc]
            assert end.arrived == sorted(end.arrived)
            assert end.arrived[-1] <= time.monotonic()


async def test_what_the_kernel_does_not_take_at_once_is_sent_later(tmp_path: Path) -> None:
    """In order. A keyframe for all viewers is more than a socket's buffer may hold; loopback takes everything, so these
    are the datagrams of another kind of socket, which holds ten."""
    made = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
    for name, each in zip("ab", made, strict=True):
        each.settimeout(0)
        each.bind(str(tmp_path / name))
    heard: list[bytes] = []
    one, two = (Datagrams(each, lambda data, *_: heard.append(data)) for each in made)
    one.open()
    sent = [b"%d" % number for number in range(1_000)]
    for data in sent:
        one.send(data, str(tmp_path / "b"))  # type: ignore[arg-type]
    assert vars(one)["_unsent"]
    two.open()
    await until(lambda: len(heard) == len(sent))
    assert heard == sent
    one.close()
    two.close()


# Where they are reached


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> sockets.Reach:
    """The settings of this process, as if not yet made."""
    monkeypatch.setattr(sockets, "reach", sockets.Reach())
    return sockets.reach


async def test_a_public_address_is_said_beside_the_own(reach: sockets.Reach) -> None:
    """With the port that the NAT forwards. An address of this machine, or of a kind that it has no socket for, is not
    said again."""
    reach.public = ("203.0.113.7", HOST, "2001:db8::7")
    async with ends(1) as (end,):
        lines = [candidate.to_sdp() for candidate in end.local_candidates]
        port = end.at[1]
    assert [line.split()[4:] for line in lines] == [
        [HOST, str(port), "typ", "host"],
        ["203.0.113.7", str(port), "typ", "srflx", "raddr", HOST, "rport", str(port)],
    ]


async def test_no_stun_server_is_asked_where_the_public_address_is_known(reach: sockets.Reach) -> None:
    """Nobody waits for one, then."""
    reach.public = ("203.0.113.7",)
    with peers(1) as (server,), loopback():
        end = End()
        end.stun_server = server.name
        await end.gather_candidates()
        with pytest.raises(BlockingIOError):
            server.socket.recv(2048)
        await end.close()


async def test_connections_that_ask_at_once_each_hear_the_stun_server() -> None:
    """They ask over one socket, and it answers in any order."""
    with peers(1) as (server,), loopback():
        made = [End() for _ in range(8)]
        for end in made:
            end.stun_server = server.name
        gathering_all = asyncio.gather(*(end.gather_candidates() for end in made))
        asked: list[tuple[stun.Message, Address]] = []
        for _ in made:
            data, source = await asyncio.get_running_loop().sock_recvfrom(server.socket, 2048)
            asked.append((stun.parse_message(data), source))
        for number, (request, source) in reversed(list(enumerate(asked))):
            response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, request.transaction_id)
            response.attributes["XOR-MAPPED-ADDRESS"] = ("203.0.113.7", 1000 + number)
            server.socket.sendto(bytes(response), source)
        await gathering_all
        assert sorted(end.local_candidates[1].port for end in made) == list(range(1000, 1008))
        for end in made:
            await end.close()


async def test_the_first_free_port_of_a_range_is_taken(reach: sockets.Reach) -> None:
    """Several processes of one machine share a range."""
    with bind(HOST, [0]) as taken:
        port = taken.getsockname()[1]
        reach.ports = range(port, port + 30)
        async with ends(2) as made:
            assert {end.at[1] for end in made} <= set(range(port + 1, port + 30))
            assert len({end.at for end in made}) == 1


async def test_ports_that_are_taken_are_named(reach: sockets.Reach) -> None:
    """With the setting, and where; a call that begins all the same has no way there, and says so once."""
    with bind(HOST, [0]) as taken, loopback():
        port = taken.getsockname()[1]
        reach.ports = range(port, port + 1)
        with pytest.raises(SettingsError, match=rf"PARLEY_UDP_PORTS: UDP port {port} is taken at {HOST}"):
            sockets.check(reach.ports)
        with pytest.raises(SettingsError, match="PARLEY_UDP_PORTS"), sockets.reserved():
            pass
        assert sockets.join(End(), HOST) is None


async def test_reserved_ports_stay_the_servers(reach: sockets.Reach) -> None:
    """Also between two calls; and no longer than it runs."""
    with bind(HOST, [0]) as free:
        port = free.getsockname()[1]
    reach.ports = range(port, port + 1)
    with loopback(), sockets.reserved():
        for _ in range(2):
            async with ends(1) as (end,):
                assert end.at == (HOST, port)
            with pytest.raises(OSError, match="in use"):
                bind(HOST, [port])
    bind(HOST, [port]).close()


async def test_an_address_that_has_gone_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """Networks come and go, also between a look at them and the next."""
    sockets._warn.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert [sockets.join(End(), "203.0.113.7") for _ in range(3)] == [None] * 3
    assert len(caplog.records) == 1
    assert not muxes()


async def test_ipv6_connects_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its addresses have four parts where the system hands them out, and two where they are compared."""
    try:
        bind("::1", [0]).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["::1"])
    end, other = End(), aioice.Connection(ice_controlling=True)
    await end.gather_candidates()
    await other.gather_candidates()
    await connect(end, other)
    await other.send(b"\x80 six")
    await end.send(b"\x80 back")
    await until(lambda: end.got)
    assert (end.got, await other.recv()) == ([b"\x80 six"], b"\x80 back")
    await asyncio.gather(end.close(), other.close())

"""ICE with a browser that says what it likes: whom it makes the server ask, and how long, and what is kept of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import aioice
import pytest
from aioice import stun
from aioice.ice import StunProtocol
from hypothesis import example, given
from hypothesis import strategies as st

from calls import limits
from calls.media.rtc.ice import IceConnection
from tests.rtc_client import until

PASSWORD = "p" * 22


def candidate(host: str, port: int = 5000, *, component: int = 1) -> aioice.Candidate:
    return aioice.Candidate("1", component, "udp", 2_000, host, port, "host")


def check(user: str, key: str, **attributes: object) -> stun.Message:
    """A check as the other side sends it (RFC 8445, section 7.2)."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes |= {"USERNAME": f"{user}:them", "PRIORITY": 1_000, "ICE-CONTROLLING": 7, **attributes}
    message.attributes = {name: value for name, value in message.attributes.items() if value is not ...}
    message.add_message_integrity(key.encode())
    return message


@pytest.fixture
async def connection() -> AsyncIterator[IceConnection]:
    """One that waits for the other side."""
    made = aioice.Connection(ice_controlling=False)
    made.__class__ = IceConnection
    await made.gather_candidates()
    made.remote_username, made.remote_password = "them", PASSWORD
    assert isinstance(made, IceConnection)
    yield made
    await made.close()


@pytest.fixture
async def protocol(connection: IceConnection) -> StunProtocol:
    return connection._protocols[0]


async def test_candidates_beyond_the_bound_are_left_out(connection: IceConnection) -> None:
    """Signalled ones and peer-reflexive ones together: aioice pairs and sorts all with all."""
    for number in range(2 * limits.REMOTE_CANDIDATES):
        await connection.add_remote_candidate(candidate(f"198.51.100.{number}"))
    assert len(connection.remote_candidates) == limits.REMOTE_CANDIDATES


async def test_where_no_candidate_is_asked(connection: IceConnection) -> None:
    """Not at the metadata server, not on this machine, and not at a port that is none."""
    for host in ("169.254.169.254", "127.0.0.1", "fe80::1", "224.0.0.1", "no address"):
        await connection.add_remote_candidate(candidate(host))
    for odd in (
        candidate("198.51.100.7", 0),
        candidate("198.51.100.7", 70_000),
        candidate("198.51.100.7", component=2),
    ):
        await connection.add_remote_candidate(odd)
    assert connection.remote_candidates == []


async def test_a_name_is_resolved_by_and_by(connection: IceConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it, what it stands for is looked at like any other address, and few names are asked for."""
    answers, asked = asyncio.Event(), []

    class Mdns:
        async def resolve(self, name: str) -> str:
            asked.append(name)
            await answers.wait()
            return "169.254.169.254" if name.startswith("bad") else "198.51.100.9"

    async def protocol(_: object) -> Mdns:
        return Mdns()

    monkeypatch.setattr(aioice.ice, "get_or_create_mdns_protocol", protocol)
    for name in ("bad", "good", *(f"name-{number}" for number in range(50))):
        await connection.add_remote_candidate(candidate(f"{name}.local"))
    assert connection.remote_candidates == []
    await until(lambda: len(asked) == limits.MDNS_NAMES)
    answers.set()
    await until(lambda: connection.remote_candidates)
    assert {each._network_host for each in connection.remote_candidates} == {"198.51.100.9"}
    assert len(asked) == limits.MDNS_NAMES


async def test_a_name_that_cannot_be_asked_for_is_no_failure(
    connection: IceConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another program has the port of multicast DNS, say: the others still may reach each other."""

    async def taken(_: object) -> object:
        raise OSError("Address already in use")

    monkeypatch.setattr(aioice.ice, "get_or_create_mdns_protocol", taken)
    await connection.add_remote_candidate(candidate("some-name.local"))
    await asyncio.gather(*connection._resolving)
    await connection.add_remote_candidate(candidate("198.51.100.7"))
    assert len(connection.remote_candidates) == 1


async def test_who_hides_every_address_is_reached_where_checks_come_from(connection: IceConnection) -> None:
    """As Firefox does: it says that its candidates are at an end, and none can be resolved. Its own checks tell where
    it is, and the connection comes about."""
    browser = aioice.Connection(ice_controlling=True, local_username="them", local_password=PASSWORD)
    await browser.gather_candidates()
    await connection.add_remote_candidate(None)
    connecting = asyncio.create_task(connection.connect())
    await asyncio.sleep(0)
    browser.remote_username, browser.remote_password = connection.local_username, connection.local_password
    for local in connection.local_candidates:
        await browser.add_remote_candidate(local)
    await browser.add_remote_candidate(None)
    await browser.connect()
    await connecting
    assert {each.type for each in connection.remote_candidates} == {"prflx"}
    await browser.close()


async def test_a_connection_that_nobody_comes_to_is_given_up(
    connection: IceConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not look every 20 ms for ever."""
    monkeypatch.setattr(limits, "CONNECT_WITHIN", 0.05)
    await connection.add_remote_candidate(candidate("198.51.100.7"))
    with pytest.raises(ConnectionError):
        await connection.connect()


async def test_checks_from_many_ports_are_answered_to_the_bound(
    connection: IceConnection, protocol: StunProtocol
) -> None:
    """Who knows the password may send from as many ports as there are: each would be asked in return."""
    connection._early_checks_done = True
    for port in range(1024, 1024 + 3 * limits.REMOTE_CANDIDATES):
        request = check(connection.local_username, connection.local_password)
        connection.request_received(request, ("198.51.100.7", port), protocol)
    assert len(connection.remote_candidates) == limits.REMOTE_CANDIDATES


async def test_a_check_from_where_nothing_may_be_sent_is_not_answered(
    connection: IceConnection, protocol: StunProtocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender's address of a datagram is easily forged, and an answer would go there."""
    sent: list[object] = []
    monkeypatch.setattr(protocol, "send_stun", lambda _message, address: sent.append(address))
    request = check(connection.local_username, connection.local_password)
    for host in ("169.254.169.254", "198.51.100.7"):
        connection.request_received(request, (host, 5000), protocol)
    assert sent == [("198.51.100.7", 5000)]


async def test_a_check_without_a_priority_is_no_error(connection: IceConnection, protocol: StunProtocol) -> None:
    """aioice would raise into the loop."""
    connection._early_checks_done = True
    request = check(connection.local_username, connection.local_password, PRIORITY=...)
    connection.request_received(request, ("198.51.100.7", 5000), protocol)
    assert connection.remote_candidates == []


REQUEST = bytes(check("us", PASSWORD, **{"USE-CANDIDATE": None}))


TOO_SHORT = {REQUEST.index(bytes.fromhex("00240004")) + 3: 3}  # PRIORITY, of 32 bits, in three bytes


@pytest.mark.fuzz
@example(TOO_SHORT, len(REQUEST))
@given(st.dictionaries(st.integers(0, len(REQUEST) - 1), st.integers(0, 255), max_size=6), st.integers(0, len(REQUEST)))
def test_whatever_a_check_says_it_is_read_or_refused(places: dict[int, int], end: int) -> None:
    """With bytes exchanged and cut off: nothing but ValueError is raised, which is what aioice's callers expect."""
    changed = bytes(places.get(place, byte) for place, byte in enumerate(REQUEST))[:end]
    with suppress(ValueError):
        assert stun.parse_message(changed).message_method in stun.Method


async def test_datagrams_that_nobody_reads_are_kept_to_the_bound(
    connection: IceConnection, protocol: StunProtocol
) -> None:
    """Anybody can send them, without a password, until the handshake begins; an empty one would end that."""
    for number in range(10 * limits.EARLY_DATAGRAMS):
        protocol.datagram_received(b"" if number % 2 else b"\xff" * 50, ("198.51.100.7", 5000))
    assert connection._queue.qsize() == limits.EARLY_DATAGRAMS

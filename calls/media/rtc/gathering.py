"""Where this server can be reached: its own addresses, the public ones that somebody has set, and what STUN and TURN
servers say (RFC 8445, section 5.1.1).

All connections share the sockets of `sockets`, where aioice would make some for each. aioice waits 5 s for those
servers; here it waits for GATHER_WITHIN, and no STUN server is asked for a while that was silent for so long.

Private names in use: Connection._protocols, to which aioice adds what it can send by.
"""

import asyncio
import ipaddress
import time
from collections.abc import Iterator

import aioice
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import server_reflexive_candidate

from calls.media.rtc import sockets
from calls.media.rtc.mux import Share

# ruff: noqa: SLF001 - this is a module that knows the library from inside

GATHER_WITHIN = 2  # seconds
"""The answer waits until every STUN and TURN server has been heard, from every address of this machine. Some never are:
from the address of a container bridge, or behind a firewall that drops what it does not like. What answers does so
within two retransmissions (RFC 5389, section 7.2.1: after 0.5 s and 1.5 s)."""

ASK_ANEW_AFTER = 600.0  # seconds
"""A STUN server that has not answered even once, because of a firewall say, is left alone for so long: a call begins
with two connections, and each would wait for it. One that has answered before is always asked."""

_heard: set[tuple[str, int]] = set()
_silent: dict[tuple[str, int], float] = {}
"""Until when each STUN server that was never heard is left alone (`time.monotonic`)."""


async def candidates(connection: aioice.Connection, component: int, addresses: list[str]) -> list[aioice.Candidate]:
    """The candidates of one component at these local addresses."""
    shares = [share for address in addresses if (share := sockets.join(connection, address))]
    for share in shares:
        share.local_candidate = _candidate("host", share.transport.get_extra_info("sockname"), component)
    connection._protocols += shares
    hosts = [share.local_candidate for share in shares]
    public = list(_public(hosts))
    reflexive, relayed = await asyncio.gather(
        _reflexive(connection, [] if public else shares),
        aioice.Connection.get_component_candidates(connection, component, [], GATHER_WITHIN),
    )
    return [*hosts, *public, *reflexive, *relayed]


def _public(hosts: list[aioice.Candidate]) -> Iterator[aioice.Candidate]:
    """The addresses that were set, for each port that is forwarded to a host."""
    own = {host.host for host in hosts}
    for address in sockets.reach.public:
        version = ipaddress.ip_address(address).version
        ports = {host.port: host for host in hosts if ipaddress.ip_address(host.host).version == version}
        for port, host in ports.items():
            if address not in own:
                yield _candidate("srflx", (address, port), host.component, host)


def _candidate(
    kind: str, at: tuple[str, int], component: int, base: aioice.Candidate | None = None
) -> aioice.Candidate:
    """A candidate (RFC 8445, section 5.1.2); `base` is where it is reached on this machine, if that is elsewhere."""
    return aioice.Candidate(
        foundation=candidate_foundation(kind, "udp", base.host if base else at[0]),
        component=component,
        transport="udp",
        priority=candidate_priority(component, kind),
        host=at[0],
        port=at[1],
        type=kind,
        related_address=base.host if base else None,
        related_port=base.port if base else None,
    )


async def _reflexive(connection: aioice.Connection, shares: list[Share]) -> list[aioice.Candidate]:
    """What the STUN server says, asked from each IPv4 address."""
    server = connection.stun_server
    asking = [share for share in shares if ipaddress.ip_address(share.local_candidate.host).version == 4]
    if server is None or not asking or _silent.get(server, 0.0) > time.monotonic():
        return []
    tasks = [asyncio.create_task(server_reflexive_candidate(share, server)) for share in asking]
    done, pending = await asyncio.wait(tasks, timeout=GATHER_WITHIN)
    for task in pending:
        task.cancel()
    found = [task.result()[0] for task in done if task.exception() is None]
    if found:
        _heard.add(server)
    elif pending and server not in _heard:
        _silent[server] = time.monotonic() + ASK_ANEW_AFTER
    return found

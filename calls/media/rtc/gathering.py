"""Where this server can be reached: its own addresses, and what STUN and TURN servers say (RFC 8445, section 5.1.1).

aioice waits 5 s for those servers. Here it waits for GATHER_WITHIN, and no STUN server is asked for a while that was
silent for so long.
"""

import time

import aioice

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
    server = connection.stun_server
    if server and _silent.get(server, 0.0) > time.monotonic():
        connection.stun_server = server = None
    began = time.monotonic()
    found = await aioice.Connection.get_component_candidates(connection, component, addresses, GATHER_WITHIN)
    if server and any(candidate.type == "srflx" for candidate in found):
        _heard.add(server)
    elif server and server not in _heard and time.monotonic() - began >= GATHER_WITHIN:
        _silent[server] = time.monotonic() + ASK_ANEW_AFTER
    return found

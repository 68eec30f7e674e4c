"""IceConnection: aioice's Connection, with bounds on whom a browser makes it ask, and on what it keeps.

A candidate of a browser is an address to which this server sends STUN checks. Private names in use:

- Connection._add_remote_candidate is given each candidate with the address behind its name (Candidate._network_host);
  _remote_candidates are those known so far, peer-reflexive ones among them.
- Connection._check_list_state and _check_list_done end connect(), as close() does it.
- Connection._queue holds datagrams that are not STUN. Anybody may send them, and until a handshake begins nobody reads.
"""

import asyncio
import struct
from contextlib import suppress

import aioice
from aioice import mdns, stun
from aioice.ice import ICE_FAILED, StunProtocol

from calls import limits
from calls.media.rtc.peers import PEERS

# ruff: noqa: SLF001 - this is a module that knows the library from inside


_parse = stun.parse_message


def parse_message(data: bytes) -> stun.Message:
    """A STUN message. Raises ValueError, which is what callers expect: for an attribute that is too short, aioice's own
    raises struct.error, past them and into the event loop."""
    try:
        return _parse(data)
    except struct.error as error:
        raise ValueError("a STUN attribute is too short") from error


stun.parse_message = parse_message


class IceConnection(aioice.Connection):
    """A connection that asks only where it may, and gives up in the end. Made of aioice's by a change of its class."""

    _resolving: "tuple[asyncio.Task[None], ...]" = ()

    async def add_remote_candidate(self, remote_candidate: aioice.Candidate | None) -> None:
        """Take a candidate; those beyond the bounds are left out. A browser's end of candidates is none (None): its
        peer-reflexive ones are still to come."""
        if remote_candidate is None:
            return
        if not mdns.is_mdns_hostname(remote_candidate.host):
            await super().add_remote_candidate(remote_candidate)
        elif len(self._resolving) < limits.MDNS_NAMES:
            # Nobody else waits for it: mostly the name is not known here, and the answer would be late by a second.
            self._resolving += (asyncio.create_task(self._resolve(remote_candidate), name="mdns"),)

    async def _resolve(self, candidate: aioice.Candidate) -> None:
        with suppress(OSError):  # no multicast here, or another program has the port
            await super().add_remote_candidate(candidate)

    def _add_remote_candidate(self, remote_candidate: aioice.Candidate, network_host: str) -> None:
        fits = remote_candidate.component == 1 and 0 < remote_candidate.port < 65536
        if fits and self._has_room and PEERS.may_be_asked(network_host):
            super()._add_remote_candidate(remote_candidate, network_host)

    @property
    def _has_room(self) -> bool:
        return len(self._remote_candidates) < limits.REMOTE_CANDIDATES

    def request_received(self, message: stun.Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        """Answer a check. Who sends one is asked in return, as a peer-reflexive candidate."""
        known = any((each._network_host, each.port) == addr for each in self._remote_candidates)
        if (known or (self._has_room and PEERS.may_come(addr[0]))) and "PRIORITY" in message.attributes:
            super().request_received(message, addr, protocol)

    def data_received(self, data: bytes, component: int) -> None:
        """Keep a datagram for the handshake, within bounds; an empty one would end it."""
        if data and self._queue.qsize() < limits.EARLY_DATAGRAMS:
            super().data_received(data, component)

    async def connect(self) -> None:
        """Connect, or give up after limits.CONNECT_WITHIN: ConnectionError."""
        giving_up = asyncio.get_running_loop().call_later(limits.CONNECT_WITHIN, self._give_up)
        try:
            await super().connect()
        finally:
            giving_up.cancel()

    def _give_up(self) -> None:
        if not self._check_list_done:
            self._check_list_state.put_nowait(ICE_FAILED)
            self._check_list_done = True

    async def close(self) -> None:
        for task in self._resolving:
            task.cancel()
        await super().close()

"""The sockets of this server: one at each of its addresses, for all connections, at a port that the settings may name.

It opens with the first connection and is closed with the last one, unless the server has reserved the ports.
"""

import asyncio
import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from weakref import WeakKeyDictionary

from aioice import Connection, ice

from calls.errors import SettingsError
from calls.media.rtc.datagrams import bind
from calls.media.rtc.mux import Mux, Share

logger = logging.getLogger(__name__)

ANY_PORT = range(1)  # port 0: the system chooses


@dataclass(slots=True)
class Reach:
    """How browsers reach this server, as far as somebody has said."""

    ports: range = ANY_PORT
    public: tuple[str, ...] = ()
    """Its addresses on the other side of a NAT, which forwards these ports to it."""


reach = Reach()
"""For all connections of this process: they are made by a library, which could not hand it on."""


@dataclass(slots=True)
class Sockets:
    """Those of one event loop, by their addresses."""

    _open: dict[str, Mux] = field(default_factory=dict)

    def at(self, address: str) -> Mux:
        """The one at this address. Raises OSError where there can be none."""
        if address not in self._open:
            self._open[address] = Mux(bind(address, reach.ports), partial(self._open.__delitem__, address))
        return self._open[address]


_sockets: WeakKeyDictionary[asyncio.AbstractEventLoop, Sockets] = WeakKeyDictionary()


def configure(ports: range, public: tuple[str, ...]) -> None:
    """Say once, before the first connection, at which ports this server is reached, and at which public addresses."""
    reach.ports, reach.public = ports or ANY_PORT, public


def check(ports: range) -> None:
    """See whether there is a free port at each address. Raises SettingsError where there is none."""
    for address in _addresses():
        try:
            bind(address, ports or ANY_PORT).close()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise SettingsError(_taken(address, ports)) from None


@contextmanager
def reserved() -> Iterator[None]:
    """Keep the ports that were set, so that no other process takes them between two calls. Raises SettingsError where
    another has them."""
    held = []
    if reach.ports != ANY_PORT:
        check(reach.ports)
        held = [mux for address in _addresses() if (mux := _at(address))]
    for mux in held:
        mux.hold()
    try:
        yield
    finally:
        for mux in held:
            mux.let_go()


def join(connection: Connection, address: str) -> Share | None:
    """A share for a connection of the socket at this address; None where there can be no socket."""
    mux = _at(address)
    return mux.join(connection) if mux else None


def _at(address: str) -> Mux | None:
    try:
        return _sockets.setdefault(asyncio.get_running_loop(), Sockets()).at(address)
    except OSError as error:
        _warn(f"Nobody is reached at {address}: {error.strerror}")
        return None


def _addresses() -> list[str]:
    return ice.get_host_addresses(use_ipv4=True, use_ipv6=True)


def _taken(address: str, ports: range) -> str:
    which = f"UDP port {ports[0]} is" if len(ports) == 1 else f"all UDP ports from {ports[0]} to {ports[-1]} are"
    return (
        f"PARLEY_UDP_PORTS: {which} taken at {address} by another program. End it, or choose other ports. "
        "`ss --udp --listening --processes --numeric` names it."
    )


@lru_cache(maxsize=16)
def _warn(message: str) -> None:
    """Once, not for each connection."""
    logger.warning(message)

"""The one place that adapts uvicorn: what comes before there is a request, or below its messages. tests/hostile/ fails
when uvicorn changes.

Streamlit starts uvicorn and passes on few of its options, and uvicorn has no limit on:
1. connections that say nothing, or their headers slowly: here one that has no request for REQUEST_WITHIN is closed;
2. how many connections there are: here they are counted, those that are no WebSocket yet included;
3. the size of a frame: `server.maxMessageSize` is the bound in both directions, and has to be large for what the server
   sends. Here what it takes has one of its own;
4. answers to pings that the other side does not read: here they are left out while much is unread.
"""

import asyncio
import logging
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from calls import limits
from calls.allowance import network
from components.door.address import Proxies

FULL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"

MANY = "%s has %d connections, and gets no more. If it is your proxy, put its address into PARLEY_TRUSTED_PROXIES."

logger = logging.getLogger(__name__)

_http_made = AutoHTTPProtocol.connection_made
_ws_made = WebSocketsSansIOProtocol.connection_made
_ws_ping = WebSocketsSansIOProtocol.handle_ping


class Sockets:
    """The TCP connections of this server."""

    def __init__(self, *, most: int, most_per_address: int, proxies: Proxies) -> None:
        self._most, self._most_per_address, self._proxies = most, most_per_address, proxies
        self._open: dict[asyncio.Transport, str] = {}

    def admit(self, transport: asyncio.Transport) -> bool:
        """Count one more, or refuse it. A proxy has as many as it needs."""
        self._open = {other: address for other, address in self._open.items() if not other.is_closing()}
        peer = (transport.get_extra_info("peername") or ("",))[0]
        address = network(peer)
        several = peer not in self._proxies and Counter(self._open.values())[address] >= self._most_per_address
        if several:
            logger.warning(MANY, peer, self._most_per_address)
        if several or len(self._open) >= self._most:
            transport.write(FULL)
            transport.close()
            return False
        self._open[transport] = address
        return True


def adapt(sockets: Sockets) -> None:
    """Change uvicorn for this process. Again replaces what was said before."""

    def http_made(protocol: Any, transport: asyncio.Transport) -> None:
        _http_made(protocol, transport)
        if sockets.admit(transport):
            _watch(protocol, transport, None)

    setattr(AutoHTTPProtocol, "connection_made", http_made)  # noqa: B010
    setattr(WebSocketsSansIOProtocol, "connection_made", _ws_bounded)  # noqa: B010
    setattr(WebSocketsSansIOProtocol, "handle_ping", _ping_read)  # noqa: B010


def raise_file_limit() -> int:
    """How many files this process may open, after it was raised to what the system allows."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return sys.maxsize
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS says "unlimited", and then does not take it
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def _watch(protocol: Any, transport: asyncio.Transport, before: Any) -> None:
    """Look every REQUEST_WITHIN seconds whether there has been a request since."""

    def look() -> None:
        upgraded = transport.get_protocol() is not protocol
        if upgraded or transport.is_closing():
            return
        latest = protocol.cycle
        if latest is before and (latest is None or latest.response_complete):
            transport.abort()
        else:
            _watch(protocol, transport, latest)

    asyncio.get_running_loop().call_later(limits.REQUEST_WITHIN, look)


def _ws_bounded(protocol: WebSocketsSansIOProtocol, transport: asyncio.Transport) -> None:
    _ws_made(protocol, transport)
    protocol.conn.max_message_size = limits.FRAME_BYTES


def _ping_read(protocol: WebSocketsSansIOProtocol) -> None:
    if protocol.transport.get_write_buffer_size() < limits.UNREAD_BYTES:
        _ws_ping(protocol)
    else:
        protocol.conn.data_to_send()  # the answer is made already: let it go

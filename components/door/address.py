"""Who is asking: the address of the browser, also behind a proxy that is trusted."""

import ipaddress
import logging
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

logger = logging.getLogger(__name__)

UNTRUSTED = (
    "%s says for whom it asks (X-Forwarded-For), and is not trusted: its visitors count as one address. If it is your "
    "proxy, put its address into PARLEY_TRUSTED_PROXIES."
)


class Proxies:
    """The networks whose word on where a request comes from is taken."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._networks = tuple(networks)

    def __contains__(self, host: str) -> bool:
        address = parse(host)
        return address is not None and any(address in network for network in self._networks)

    def client(self, peer: str, forwarded: str) -> str:
        """The address that a request comes from. `peer` sent it; `forwarded` is its X-Forwarded-For, to which each
        proxy adds the address that asked it (MDN, X-Forwarded-For). So it is read from the right, for as long as those
        who wrote it are trusted."""
        for hop in reversed(forwarded.split(",")):
            address = parse(hop)
            if peer not in self or address is None:
                break
            peer = str(address)
        return peer


def parse(host: str) -> Address | None:
    """The address in the text, which may have a port; IPv4 where it is written as IPv6. None where there is none."""
    host = host.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class ClientAddress:
    """Writes the browser's address into the scope, where everything behind it looks."""

    def __init__(self, app: ASGIApp, *, trusted: Iterable[Network]) -> None:
        self._app, self._proxies = app, Proxies(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope.get("client"):
            peer, port = scope["client"]
            forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
            # uvicorn believes a proxy on 127.0.0.1, and has put the address that it named here already.
            if forwarded and peer not in self._proxies and peer not in ",".join(forwarded):
                logger.warning(UNTRUSTED, peer)
            scope["client"] = self._proxies.client(peer, ",".join(forwarded)), port
        await self._app(scope, receive, send)

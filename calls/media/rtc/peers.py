"""To which addresses a browser may make this server send anything (ICE candidates, RFC 8445)."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this host (RFC 6890), as are ::/128 and the loopback networks
            "169.254.0.0/16",  # link-local: the metadata server of most clouds is 169.254.169.254
            "224.0.0.0/3",  # multicast, reserved, broadcast
            "100.100.100.200/32",  # the metadata servers of Alibaba, Azure and Oracle
            "168.63.129.16/32",
            "192.0.0.0/24",
            "::/128",
            "64:ff9b:1::/48",  # local NAT64 (RFC 8215), which leads to any address of IPv4
            "fec0::/10",  # site-local, as it was once
            "fe80::/10",
            "ff00::/8",
            "fd00:ec2::/32",  # the metadata servers of Amazon and Google
            "fd20:ce::/32",
        ),
    )
)
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_NAT64, _COMPATIBLE = ip_network("64:ff9b::/96"), ip_network("::/96")


class Peers:
    """What is denied: NEVER, loopback, and what whoever runs the server adds."""

    def __init__(self) -> None:
        self._denied: tuple[Network, ...] = NEVER

    def deny(self, networks: Iterable[Network]) -> None:
        """Deny these too, and no others that were denied by an earlier call."""
        self._denied = (*NEVER, *networks)
        self.may_come.cache_clear()

    def may_be_asked(self, host: str) -> bool:
        """Whether a candidate with this address is asked. What is no address is not."""
        try:
            return self.may_come(host) and not any(_real(host) in network for network in LOOPBACK)
        except ValueError:
            return False

    @lru_cache(maxsize=1024)  # noqa: B019 - there is one of these, as long as the process
    def may_come(self, host: str) -> bool:
        """Whether a check from this address is answered. A packet can come from loopback only over loopback."""
        address = _real(host)
        return not any(address in network for network in self._denied)


def _real(host: str) -> Address:
    """The address that is reached: IPv6 has ways to write one of IPv4 (RFC 4291, RFC 3056, RFC 6052)."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):  # :: and ::1 are none
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


PEERS = Peers()
"""Those of this process: the connections of all sessions ask it."""

"""A host behind a 1:1 NAT, as most clouds have it: it does not know the address at which the world reaches it."""

import struct
from collections.abc import Container
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path

from tests.e2e.line import Line

TCP, UDP = 6, 17
_CHECKSUM_AT = {TCP: 16, UDP: 6}
_numbers = count(1)


class Nat(Line):
    """Lets TCP in, and UDP to the ports that are forwarded; UDP out only to who has sent something before, since those
    out there are behind NATs as well."""

    def __init__(self, forwarded: Container[int]) -> None:
        super().__init__()
        self.public = f"11.214.0.{next(_numbers)}"
        """No address of the internet that anybody here wants to reach."""
        self._forwarded = forwarded
        self._private, self._outside = IPv4Address(self.address).packed, IPv4Address(self.public).packed
        self._known: set[bytes] = set()

    def open(self) -> None:
        """Make the host, and the way to its public address."""
        super().open()
        self.leads_here(self.public)

    def udp_ports(self, pid: int) -> set[int]:
        """The ports of all UDP sockets on the host, where this process runs."""
        lines = Path(f"/proc/{pid}/net/udp").read_text(encoding="ascii").splitlines()[1:]
        return {int(line.split()[1].partition(":")[2], 16) for line in lines}

    def translated(self, packet: bytes, *, inward: bool) -> bytes | None:
        """The packet with the other address of the host, if it may pass."""
        protocol, length = packet[9], (packet[0] & 15) * 4
        if packet[0] >> 4 != 4 or protocol not in _CHECKSUM_AT:
            return None
        source, target = packet[12:16] + packet[length : length + 2], packet[16:20] + packet[length + 2 : length + 4]
        if inward:
            (port,) = struct.unpack("!H", target[4:])
            if target[:4] != self._outside or (protocol == UDP and port not in self._forwarded):
                return None
            self._known.add(source)
            return _with_address(packet, 16, self._private)
        if protocol == UDP and target not in self._known:
            return None
        return _with_address(packet, 12, self._outside)


def _with_address(packet: bytes, at: int, address: bytes) -> bytes:
    """The packet with this source (12) or target (16), and checksums that fit (RFC 1624)."""
    header = (packet[0] & 15) * 4
    changed = bytearray(packet)
    for checksum in (10, header + _CHECKSUM_AT[packet[9]]):
        (old,) = struct.unpack_from("!H", packet, checksum)
        total = ~old & 0xFFFF
        for before, after in zip(struct.unpack("!2H", packet[at : at + 4]), struct.unpack("!2H", address), strict=True):
            total += (~before & 0xFFFF) + after
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        struct.pack_into("!H", changed, checksum, ~total & 0xFFFF)
    changed[at : at + 4] = address
    return bytes(changed)

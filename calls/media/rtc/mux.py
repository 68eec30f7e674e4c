"""One UDP socket for many connections, as LiveKit, mediasoup and Galène have it.

What arrives there finds its connection

- by the user name, which no other connection has, where it is a STUN request (RFC 8445, section 7.2.2);
- by the transaction that it answers, where it is a STUN response;
- by the address that it came from, where it is anything else. An address belongs to the first connection that had a
  genuine request from there, and passes to another one only where that one's own request was answered from there:
  anybody can write a foreign address on a packet, but not read what is sent to it.

What finds none is dropped without an answer.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aioice import Connection, ice, stun

from calls.limits import REMOTE_CANDIDATES
from calls.media.rtc.datagrams import Address, Datagrams


class Share(ice.StunProtocol):
    """One connection's share of a socket. To aioice it is a socket of the connection's own."""

    def __init__(self, connection: Connection, mux: "Mux") -> None:
        super().__init__(connection)
        self.addresses: set[Address] = set()
        """Where genuine requests and responses came from."""
        self.round_trip: float | None = None
        """Seconds until a request was answered, at best."""
        self._mux = mux
        self.connection_made(ShareTransport(self, mux))

    def send_stun(self, message: stun.Message, addr: Address) -> None:
        """Send a message. A response is for a genuine request, whose address may become this connection's."""
        super().send_stun(message, addr)
        if message.message_class == stun.Class.RESPONSE:
            self._mux.offer(addr, self)

    async def request(
        self,
        request: stun.Message,
        addr: Address,
        integrity_key: bytes | None = None,
        retransmissions: int | None = None,
    ) -> tuple[stun.Message, Address]:
        """Send a request until it is answered. A genuine response makes its address the connection's."""
        asked_at = time.monotonic()
        with self._mux.asking(request.transaction_id, self):
            response, source = await super().request(request, addr, integrity_key, retransmissions)
        took = time.monotonic() - asked_at
        self.round_trip = min(self.round_trip or took, took)
        if integrity_key is not None:
            self._mux.give(source, self)
        return response, source


class ShareTransport(asyncio.DatagramTransport):
    """What aioice sends by, and closes."""

    def __init__(self, share: Share, mux: "Mux") -> None:
        super().__init__({"sockname": mux.name})
        self._share, self._mux, self._closing = share, mux, False
        self.sendto = mux.send  # type: ignore[method-assign, assignment]  # one call less for each packet

    def is_closing(self) -> bool:
        """Whether the connection has left."""
        return self._closing

    def close(self) -> None:
        """Leave the socket to the others."""
        if not self._closing:
            self._closing = True
            self._mux.leave(self._share)
            asyncio.get_running_loop().call_soon(self._share.connection_lost, None)


class Mux:
    """The connections at one socket, which is closed when the last of its users has let it go."""

    def __init__(self, bound: socket.socket, closed: Callable[[], None]) -> None:
        self._datagrams = Datagrams(bound, self._received)
        self.name, self.send = self._datagrams.name, self._datagrams.send
        self._closed, self._users = closed, 0
        self._shares: dict[str, Share] = {}
        self._requests: dict[bytes, Share] = {}
        self._owners: dict[Address, Share] = {}

    # Who uses it

    def hold(self) -> None:
        """Keep it open."""
        if not self._users:
            self._datagrams.open()
        self._users += 1

    def let_go(self) -> None:
        """The opposite of `hold`."""
        self._users -= 1
        if not self._users:
            self._datagrams.close()
            self._closed()

    def join(self, connection: Connection) -> Share:
        """A share for this connection, whose user name must be its own."""
        self.hold()
        share = self._shares[connection.local_username] = Share(connection, self)
        return share

    def leave(self, share: Share) -> None:
        """Forget a connection."""
        del self._shares[share.receiver.local_username]
        for address in share.addresses:
            if self._owners.get(address) is share:
                del self._owners[address]
        self.let_go()

    # Whose is what arrives

    def offer(self, address: Address, share: Share) -> None:
        """A genuine request came from this address; a connection need not hear from more than it may ask."""
        if len(share.addresses) < REMOTE_CANDIDATES:
            share.addresses.add(address)
            self._owners.setdefault(address, share)

    def give(self, address: Address, share: Share) -> None:
        """A request to this address was answered from there."""
        if not share.transport.is_closing():
            share.addresses.add(address)
            self._owners[address] = share

    @contextmanager
    def asking(self, transaction: bytes, share: Share) -> Iterator[None]:
        """While a request is on its way."""
        self._requests[transaction] = share
        try:
            yield
        finally:
            del self._requests[transaction]

    def _received(self, data: bytes, address: Address, arrived: float) -> None:
        if data[0] < 4:  # STUN (RFC 7983)
            self._received_stun(data, address)
        elif owner := self._owners.get(address):
            owner.receiver.data_received(data, owner.local_candidate.component, arrived)  # type: ignore[call-arg]

    def _received_stun(self, data: bytes, address: Address) -> None:
        try:
            message = stun.parse_message(data)
        except (ValueError, struct.error):
            return  # the latter where an attribute is shorter than it must be
        if message.message_class == stun.Class.REQUEST:
            share = self._shares.get(message.attributes.get("USERNAME", "").partition(":")[0])
            if share:
                share.receiver.request_received(message, address, share)
        elif asking := self._requests.get(message.transaction_id):
            asking.transactions[message.transaction_id].response_received(message, address)

"""RTCDtlsTransport: lets packets of media straight from the socket to the receiver, and from the sender to the socket.

The original has a queue, a task and five coroutines for each packet. Private names in use:

- RTCDtlsTransport: _rx_srtp, _tx_srtp, _rtp_router and _rtp_header_extensions_map are used as the original does.
- RTCIceTransport._connection is aioice's, whose data_received gets every datagram, and whose _nominated is the pair of
  addresses that ICE has chosen.
"""

import struct

import aiortc
import pylibsrtp
from aiortc import rtp as rtp_packets
from aiortc.rtp import RtpPacket

from calls.media.rtc.receiver import RTCRtpReceiver

# ruff: noqa: SLF001 - this is a module that knows the library from inside


class RTCDtlsTransport(aiortc.RTCDtlsTransport):
    """Lets packets of media through at once, in both directions."""

    def listen(self) -> None:
        """Have every datagram of the connection."""
        self._connection = self.transport._connection
        self._into_queue = self._connection.data_received
        self._connection.data_received = self._received  # type: ignore[method-assign]

    def _received(self, data: bytes, component: int, arrived: float | None = None) -> None:
        """Take a datagram. `arrived` is when it came, in seconds on the monotonic clock; of what a TURN server relays,
        nobody knows."""
        if not data:
            return  # anybody can send nothing, and aiortc would end the connection over it
        if self._rx_srtp and 127 < data[0] < 192 and not rtp_packets.is_rtcp(data):  # RFC 7983
            self._receive(data, arrived)
        else:
            self._into_queue(data, component)

    def _receive(self, data: bytes, arrived: float | None) -> None:
        try:
            packet = RtpPacket.parse(self._rx_srtp.unprotect(data), self._rtp_header_extensions_map)
        except (pylibsrtp.Error, ValueError, struct.error):
            return  # neither genuine nor well-formed
        receiver = self._rtp_router.route_rtp(packet)
        if isinstance(receiver, RTCRtpReceiver):
            receiver.receive_packet(packet, arrived)

    def send_packet(self, data: bytes) -> None:
        """Encrypt and send a packet; lost without a word, as on any network, when the connection is."""
        pair = self._connection._nominated.get(1) if self.state == "connected" else None
        if pair:
            pair.protocol.transport.sendto(self._tx_srtp.protect(data), pair.remote_addr)

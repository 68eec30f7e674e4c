"""RTCDtlsTransport: lets packets of media straight from the socket to the receiver, and from the sender to the socket.

The original has a queue, a task and five coroutines for each packet. Private names in use:

- RTCDtlsTransport: _rx_srtp, _tx_srtp, _rtp_router and _rtp_header_extensions_map are used as the original does.
  _setup_srtp comes before all media. _handle_rtcp_data reads what the other side says (RTCP), however much it says, and
  an exception there ends the connection.
- RTCIceTransport._connection is aioice's, whose data_received gets every datagram, and whose _nominated is the pair of
  addresses that ICE has chosen.
"""

import struct
import time
from contextlib import suppress

import aiortc
import pylibsrtp
from aiortc import rtp as rtp_packets
from aiortc.rtp import RtpPacket

from calls.limits import PACKETS_AT_ONCE, PACKETS_PER_SECOND, RTCP_BURST, RTCP_BYTES, RTCP_MESSAGE, STREAMS
from calls.media.budget import Budget
from calls.media.rtc.receiver import RTCRtpReceiver

# ruff: noqa: SLF001 - this is a module that knows the library from inside

ROUND_TRIP = 0.1  # seconds, where nobody has seen one: through a TURN server


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
        if not self._rx_srtp or not 127 < data[0] < 192:  # RFC 7983
            self._into_queue(data, component)
        elif self._packets.takes(1, time.monotonic() if arrived is None else arrived):
            if not rtp_packets.is_rtcp(data):
                self._receive(data, arrived)
            elif self._has_room(self._reporters, data[4:8]):
                self._into_queue(data, component)

    @staticmethod
    def _has_room(known: set[bytes], ssrc: bytes) -> bool:
        """Whether the stream is known, or one more may be: libsrtp keeps state for each, and aiortc does."""
        return ssrc in known or len(known) < STREAMS

    def _receive(self, data: bytes, arrived: float | None) -> None:
        ssrc = data[8:12]
        if not self._has_room(self._streams, ssrc):
            return
        try:
            packet = RtpPacket.parse(self._rx_srtp.unprotect(data), self._rtp_header_extensions_map)
        except (pylibsrtp.Error, ValueError, LookupError, struct.error):
            return  # neither genuine nor well-formed
        self._streams.add(ssrc)
        receiver = self._rtp_router.route_rtp(packet)
        if isinstance(receiver, RTCRtpReceiver):
            receiver.receive_packet(packet, arrived)

    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        self._begin_to_count()

    def _begin_to_count(self) -> None:
        self._sayings = Budget(RTCP_BYTES, RTCP_BURST, time.monotonic())
        self._packets = Budget(PACKETS_PER_SECOND, PACKETS_AT_ONCE, time.monotonic())
        self._streams: set[bytes] = set()
        self._reporters: set[bytes] = set()

    async def _handle_rtcp_data(self, data: bytes) -> None:
        """What the other side says of packets; what is malformed, or too much, is passed over."""
        self._reporters.add(data[4:8])
        if self._sayings.takes(RTCP_MESSAGE + len(data), time.monotonic()):
            with suppress(struct.error):
                await super()._handle_rtcp_data(data)

    @property
    def round_trip(self) -> float:
        """Seconds to the other side and back, as ICE has seen it at best."""
        pair = self._connection._nominated.get(1)
        return getattr(pair and pair.protocol, "round_trip", None) or ROUND_TRIP

    def send_packet(self, data: bytes) -> None:
        """Encrypt and send a packet; lost without a word, as on any network, when the connection is."""
        pair = self._connection._nominated.get(1) if self.state == "connected" else None
        if pair:
            pair.protocol.transport.sendto(self._tx_srtp.protect(data), pair.remote_addr)

"""RTCPeerConnection: makes senders, receivers and transports that are ours.

Private names in use:

- RTCPeerConnection.__createTransceiver and __createDtlsTransport: where senders, receivers and transports are made.
  What they make becomes ours by a change of its class, since the constructors are named there.
- RTCIceTransport._connection is aioice's, whose way of gathering candidates `gathering` replaces.
"""

from functools import partial
from typing import Any

import aiortc

from calls.media.rtc import gathering
from calls.media.rtc.receiver import RTCRtpReceiver
from calls.media.rtc.sender import RTCRtpSender
from calls.media.rtc.transport import RTCDtlsTransport

# ruff: noqa: SLF001 - this is a module that knows the library from inside


class RTCPeerConnection(aiortc.RTCPeerConnection):
    """A connection whose senders forward packets, and whose receivers hand them on."""

    def _RTCPeerConnection__createTransceiver(self, *args: Any, **options: Any) -> aiortc.RTCRtpTransceiver:  # noqa: N802
        create = super()._RTCPeerConnection__createTransceiver  # type: ignore[misc]
        transceiver: aiortc.RTCRtpTransceiver = create(*args, **options)
        transceiver.sender.__class__ = RTCRtpSender
        transceiver.receiver.__class__ = RTCRtpReceiver
        # Every browser can do VP8 (RFC 7742), so what one sends all others can see; some would prefer H.264.
        codecs = aiortc.RTCRtpSender.getCapabilities(transceiver.kind).codecs
        transceiver.setCodecPreferences(sorted(codecs, key=lambda codec: codec.mimeType == "video/H264"))
        return transceiver

    def _RTCPeerConnection__createDtlsTransport(self) -> aiortc.RTCDtlsTransport:  # noqa: N802
        transport: aiortc.RTCDtlsTransport = super()._RTCPeerConnection__createDtlsTransport()  # type: ignore[misc]
        transport.__class__ = RTCDtlsTransport
        connection = transport.transport._connection
        connection.get_component_candidates = partial(gathering.candidates, connection)  # type: ignore[method-assign]
        return transport

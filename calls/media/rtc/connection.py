"""RTCPeerConnection: makes senders, receivers and transports that are ours.

Private names in use:

- RTCPeerConnection.__createTransceiver and __createDtlsTransport: where senders, receivers and transports are made.
  What they make becomes ours by a change of its class, since the constructors are named there.
- RTCPeerConnection.__connect brings up the transports, senders and receivers, in a task that nobody waits for.
- RTCIceTransport._connection is aioice's, which becomes ours in the same way, and whose way of gathering candidates
  `gathering` replaces. Its _local_username tells connections apart that share a
  socket: aiortc gives all those of one RTCPeerConnection the same, and four characters of it.
- RTCRtpSender._stream_id says in the answer which stream a track belongs to, and RTCRtpTransceiver._codecs how its
  codecs are to be used.
"""

import logging
import time
from dataclasses import replace
from functools import partial
from typing import Any

import aiortc
from aioice.utils import random_string
from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCIceCandidate, RTCSessionDescription

from calls import limits
from calls.media.capacity import Capacity
from calls.media.rtc import description, gathering
from calls.media.rtc.estimates import Estimates
from calls.media.rtc.ice import IceConnection
from calls.media.rtc.receiver import RTCRtpReceiver
from calls.media.rtc.sender import RTCRtpSender
from calls.media.rtc.transport import RTCDtlsTransport
from calls.media.stage import SlotTracks

logger = logging.getLogger(__name__)

# What browsers are asked for of a voice (RFC 7587, section 6.1): in a silence, next to nothing; where packets are lost,
# what the next one needs to stand in for the one before.
OPUS = {"minptime": 10, "useinbandfec": 1, "usedtx": 1}
USERNAME = 16  # characters, of 62 kinds: nobody finds one by trying (RFC 8445, section 5.3)

# ruff: noqa: SLF001 - this is a module that knows the library from inside


class RTCPeerConnection(aiortc.RTCPeerConnection):
    """A connection whose senders forward packets, and whose receivers hand them on."""

    _candidates_added = 0

    def __init__(self, configuration: RTCConfiguration | None = None) -> None:
        """All streams share one transport from the start, as every offer that is taken says (BUNDLE, RFC 9143). By
        aiortc's own policy, of several streams of a kind all but the first keep a transport that is stopped."""
        super().__init__(replace(configuration or RTCConfiguration(), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._estimates, self._capacity = Estimates(), Capacity(time.monotonic())

    async def setRemoteDescription(self, sessionDescription: RTCSessionDescription) -> None:  # noqa: N802, N803
        """Take the other side's offer. Raises OfferError."""
        sdp = description.checked(sessionDescription.sdp)
        await super().setRemoteDescription(RTCSessionDescription(sdp, sessionDescription.type))
        for codec in [codec for transceiver in self.getTransceivers() for codec in transceiver._codecs]:
            if codec.mimeType.lower() == "audio/opus":
                codec.parameters = dict(OPUS)

    async def addIceCandidate(self, candidate: RTCIceCandidate | None) -> None:  # noqa: N802
        """Take a candidate that comes after the offer. What comes beyond limits.CANDIDATE_LINES is left out."""
        self._candidates_added += 1
        if candidate is not None and self._candidates_added <= limits.CANDIDATE_LINES:
            await super().addIceCandidate(candidate)

    @property
    def received(self) -> tuple[MediaStreamTrack, ...]:
        """The other side's tracks, in the order of their m-lines. From any thread."""
        tracks = (transceiver.receiver.track for transceiver in self.getTransceivers())
        return tuple(track for track in tracks if track is not None)

    def addTrack(self, track: MediaStreamTrack) -> aiortc.RTCRtpSender:  # noqa: N802
        """Send a track in the first m-line of its kind that is free, once; of the tracks of slots, the next one. The
        picture and the sound of a slot are one stream (MSID, RFC 8830), so that browsers play them together."""
        if not isinstance(track, SlotTracks):
            added = (sender for sender in self.getSenders() if sender.track is track)
            return next(added, None) or super().addTrack(track)  # the library adds it for each track that comes
        following = track.next()
        if following is None:  # more than there are slots: the offer has asked for nothing in it
            return next(sender for sender in self.getSenders() if sender.kind == track.kind)
        number, opened = following
        sender = super().addTrack(opened)
        sender._stream_id = f"slot-{number}"
        return sender

    async def _RTCPeerConnection__connect(self) -> None:  # noqa: N802
        try:
            await super()._RTCPeerConnection__connect()  # type: ignore[misc]
        except Exception:  # whatever aiortc makes of a description, the connection does not hang between two states
            logger.warning("A connection could not be brought up", exc_info=True)
            await self.close()

    def _RTCPeerConnection__createTransceiver(self, *args: Any, **options: Any) -> aiortc.RTCRtpTransceiver:  # noqa: N802
        create = super()._RTCPeerConnection__createTransceiver  # type: ignore[misc]
        transceiver: aiortc.RTCRtpTransceiver = create(*args, **options)
        sender, receiver = transceiver.sender, transceiver.receiver
        sender.__class__ = RTCRtpSender
        if isinstance(sender, RTCRtpSender):
            sender.capacity = self._capacity
        receiver.__class__ = RTCRtpReceiver
        if isinstance(receiver, RTCRtpReceiver):
            receiver.estimates = self._estimates
        # Every browser can do VP8 (RFC 7742), so what one sends all others can see; some would prefer H.264.
        codecs = aiortc.RTCRtpSender.getCapabilities(transceiver.kind).codecs
        transceiver.setCodecPreferences(sorted(codecs, key=lambda codec: codec.mimeType == "video/H264"))
        return transceiver

    def _RTCPeerConnection__createDtlsTransport(self) -> RTCDtlsTransport:  # noqa: N802
        transport: RTCDtlsTransport = super()._RTCPeerConnection__createDtlsTransport()  # type: ignore[misc]
        transport.__class__ = RTCDtlsTransport
        connection = transport.transport._connection
        connection.__class__ = IceConnection
        connection._local_username = random_string(USERNAME)
        connection.get_component_candidates = partial(gathering.candidates, connection)  # type: ignore[method-assign]
        transport.listen()
        return transport

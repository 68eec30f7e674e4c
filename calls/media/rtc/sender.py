"""RTCRtpSender: sends what an OutgoingTrack pushes; any other track is encoded by aiortc.

Private names in use:

- RTCRtpSender._run_rtp reads the track; ours lets the track push. __rtp_started, __rtp_exited and __track are the
  original's way to be stopped. __started, __mid, _ssrc, _rtx_ssrc and __rtx_sequence_number are what `send` has
  negotiated. __octet_count, __packet_count, __rtp_timestamp and __ntp_timestamp go into its sender reports.
- RTCRtpSender._send_keyframe and _handle_rtcp_packet: what the other side says of the stream. __rtt is how far away it
  is, by its reports.
"""

import asyncio
import struct
import time
from contextlib import suppress
from typing import cast

import aiortc
from aiortc import RTCRtpCodecParameters
from aiortc import rtp as rtp_packets
from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.utils import uint16_add

from calls.media.capacity import Capacity
from calls.media.opening import PAUSED, Opening
from calls.media.outgoing import OutgoingTrack
from calls.media.packet import Packet
from calls.media.resends import Resends, Sent
from calls.media.rtc.transport import RTCDtlsTransport

AUDIO_MAY_LAG = 0.1  # seconds
"""A browser holds pictures back until their sound is played, which it buffers longer. Nobody notices a voice that is
late by less than 0.125 s (ITU-R BT.1359), so the sender reports say that it was recorded so much later."""

ROUND_TRIP = 0.1  # seconds, as long as the other side has not reported
ROUND_TRIPS = 0.02, 0.5  # seconds, at least and at most: reports go by a clock that may be set

_HEADER = struct.Struct("!BBHLL")
_VERSION_AND_EXTENSION = 0x90
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_MID, _SEND_TIME, _LEVEL = (
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
)


class RTCRtpSender(aiortc.RTCRtpSender):
    """Sends what an OutgoingTrack pushes; any other track is encoded by aiortc."""

    capacity: Capacity
    """Of the viewer's line, which all senders of the connection share."""

    async def send(self, parameters: RTCRtpSendParameters) -> None:
        if not self.__started:
            numbered = [(codec, codec.payloadType or 0) for codec in parameters.codecs]
            self._payload_types = {codec.name: number for codec, number in numbered if not is_rtx(codec)}
            self._rtx_of = {codec.parameters["apt"]: number for codec, number in numbered if is_rtx(codec)}
            self._extensions = {extension.uri: extension.id for extension in parameters.headerExtensions}
            self._way = cast(RTCDtlsTransport, self.transport)
            self._resends = Resends(time.monotonic())
            self._opening: Opening | None = None
            self._sent_at = float("-inf")
        await super().send(parameters)

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        track = self._pushing
        if track is None:
            await super()._run_rtp(codec)
            return
        self.__rtp_started.set()
        self._mid_element = _element(self._extensions.get(_MID), (self.__mid or "").encode())
        track.begin(self._forward)
        with suppress(asyncio.CancelledError):
            await asyncio.get_running_loop().create_future()
        track.stop()
        self.__track = None
        self.__rtp_exited.set()

    def _forward(self, packet: Packet, sequence: int, timestamp: int, made_at: float | None) -> None:
        payload_type = self._payload_types.get(packet.codec)
        if payload_type is None:
            return
        now = time.monotonic()
        self._resends.keep(Sent(sequence, timestamp, packet, now))
        self._put(payload_type, sequence, timestamp, self._ssrc, packet, packet.payload)
        if self.kind == "video":  # an estimate (REMB) is of what has the time of sending on it, which sound has not
            self.capacity.sent(len(packet.payload), now)
        self._opens(sequence, len(packet.payload), now)
        self.__octet_count += len(packet.payload)
        self.__packet_count += 1
        if made_at is not None:
            later = AUDIO_MAY_LAG if self.kind == "audio" else 0.0
            self.__rtp_timestamp = timestamp
            self.__ntp_timestamp = _ntp(time.time() - now + made_at + later)

    def _put(self, payload_type: int, sequence: int, timestamp: int, ssrc: int, packet: Packet, payload: bytes) -> None:
        head = _HEADER.pack(_VERSION_AND_EXTENSION, packet.marker << 7 | payload_type, sequence, timestamp, ssrc)
        self._way.send_packet(head + self._header_extensions(packet) + payload)

    def _header_extensions(self, packet: Packet) -> bytes:
        """One-byte header extensions (RFC 8285)."""
        elements = self._mid_element
        if send_time := self._extensions.get(_SEND_TIME):
            elements += _element(send_time, _send_time())
        if packet.level is not None:
            elements += _element(self._extensions.get(_LEVEL), bytes([packet.level]))
        elements += bytes(-len(elements) % 4)
        return struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements

    def _opens(self, sequence: int, size: int, now: float) -> None:
        """Follow the first seconds of a picture closely."""
        if self.kind == "video" and now - self._sent_at > PAUSED:
            self._opening = Opening(now)
        self._sent_at = now
        if self._opening:
            self._opening.sent(sequence, size, now)
            if self._opening.is_over(now):
                self._opening = None

    # What the browser says

    def _reported(self, highest: int, track: OutgoingTrack) -> None:
        """The newest packet that has come there has this number. A line that is full is left to empty itself."""
        now = time.monotonic()
        choked = self._opening.reported(highest, now, self._way.round_trip) if self._opening else None
        if choked:
            self._opening = None
            track.limit(self.capacity.choked(choked.limit, choked.sent))
            track.rest(choked.rest)
            self._sent_at = float("-inf")

    def _resend(self, numbers: list[int]) -> None:
        """Send again what is missing there, as far as that helps."""
        now, least_most = time.monotonic(), ROUND_TRIPS
        round_trip = min(max(self.__rtt or ROUND_TRIP, least_most[0]), least_most[1])
        for sent in self._resends.answer(numbers, now, round_trip, self.capacity.bitrate(now)):
            self._send_again(sent)
            self.capacity.sent_again(len(sent.packet.payload), now)

    def _send_again(self, sent: Sent) -> None:
        """In a stream of its own (RFC 4588), where the browser knows of that."""
        packet, payload_type = sent.packet, self._payload_types[sent.packet.codec]
        if payload_type not in self._rtx_of:
            self._put(payload_type, sent.sequence, sent.timestamp, self._ssrc, packet, packet.payload)
            return
        rtx, payload = self._rtx_of[payload_type], struct.pack("!H", sent.sequence) + packet.payload
        self._put(rtx, self.__rtx_sequence_number, sent.timestamp, self._rtx_ssrc, packet, payload)
        self.__rtx_sequence_number = uint16_add(self.__rtx_sequence_number, 1)

    def _send_keyframe(self) -> None:
        if track := self._pushing:
            track.request_keyframe()
        else:
            super()._send_keyframe()

    async def _handle_rtcp_packet(self, packet: rtp_packets.AnyRtcpPacket) -> None:
        track = self._pushing
        if track and isinstance(packet, rtp_packets.RtcpRtpfbPacket):
            if packet.fmt == rtp_packets.RTCP_RTPFB_NACK:
                self._resend(packet.lost)
            return
        await super()._handle_rtcp_packet(packet)
        if track and isinstance(packet, rtp_packets.RtcpRrPacket | rtp_packets.RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    self._reported(report.highest_sequence, track)
        feedback = packet if isinstance(packet, rtp_packets.RtcpPsfbPacket) else None
        if track and feedback and feedback.fmt == rtp_packets.RTCP_PSFB_APP and self.capacity.is_new(feedback):
            with suppress(ValueError):
                estimate = rtp_packets.unpack_remb_fci(feedback.fci)[0]
                track.limit(self.capacity.estimated(estimate, time.monotonic()))

    @property
    def _pushing(self) -> OutgoingTrack | None:
        return self.track if isinstance(self.track, OutgoingTrack) else None


def _element(number: int | None, value: bytes) -> bytes:
    return bytes([number << 4 | len(value) - 1]) + value if number and value else b""


def _send_time() -> bytes:
    """24 bits, of which 18 are a fraction of a second (abs-send-time)."""
    return (int(time.time() * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big")


def _ntp(seconds: float) -> int:
    """Seconds since 1970 as an NTP timestamp (RFC 5905): 32 bits of seconds since 1900, 32 bits of fraction."""
    return int((seconds + _NTP_EPOCH) * (1 << 32))

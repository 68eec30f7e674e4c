"""The one seam into aiortc: connections that hand on RTP packets as they come, where aiortc decodes and encodes.

The version is pinned, and tests/test_peer.py fails when what is used here changes. The classes bear the names of the
ones that they extend, so that Python's name mangling leads to the same private attributes. Private names in use:

- RTCPeerConnection.__createTransceiver and __createDtlsTransport: where senders, receivers and transports are
  made. What they make becomes ours by a change of its class, since the constructors are named there.
- RTCDtlsTransport.start: from there on, media go straight from the socket to the receiver and from the sender to the
  socket, where the original has a queue, a task and five coroutines for each packet. _rx_srtp, _tx_srtp, _rtp_router,
  _rtp_header_extensions_map and _register_rtp_receiver are used as the original does. RTCIceTransport._connection is
  aioice's, whose data_received gets every datagram, and whose _nominated is the pair of addresses that ICE has chosen.
- RTCIceTransport._connection also asks the STUN and TURN servers, in get_component_candidates, for 5 s by default; ours
  for GATHER_WITHIN, and no STUN server for a while that was silent for so long.
- RTCRtpReceiver._track is set when the other side's track is known: there our source is attached to it.
- RTCRtpReceiver.__codecs, __rtx_ssrc, __started, __transport and __rtcp_task: what `receive` sets up; ours starts no
  decoder thread, which the original always does. __stop_decoder and _handle_disconnect are called when the other side
  has gone. _handle_rtp_packet gets what came while the handshake ended.
- RTCRtpReceiver.__nack_generator, __remote_bitrate_estimator and __remote_streams are used as the original does,
  __rtcp_ssrc is needed to speak of oneself; _run_rtcp, _send_rtcp, _send_rtcp_nack and _send_rtcp_pli are called.
- RemoteBitrateEstimator.rate_control: its first estimate is what arrived in the first three seconds, so a browser that
  starts low is kept low, growing by 8 % a second. It is given the cap to start from. Its incoming_bitrate goes through
  every millisecond since the last packet.
- RTCRtpSender._run_rtp reads the track; ours lets the track push. __rtp_started, __rtp_exited and __track are the
  original's way to be stopped. __mid, _ssrc, _rtx_ssrc and __rtx_sequence_number are what `send` has negotiated.
  __octet_count, __packet_count, __rtp_timestamp and __ntp_timestamp go into its sender reports.
- RTCRtpSender._send_keyframe, _retransmit and _handle_rtcp_packet: what the other side says of the stream.
"""

import asyncio
import struct
import time
from contextlib import suppress
from functools import partial
from typing import Any, cast

import aioice
import aiortc
import pylibsrtp
from aiortc import MediaStreamTrack, RTCRtpCodecParameters
from aiortc import rtp as rtp_packets
from aiortc.codecs import is_rtx
from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtcdtlstransport import RTCDtlsParameters
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters, RTCRtpSendParameters
from aiortc.rtcrtpreceiver import NackGenerator, RemoteStreamTrack, StreamStatistics
from aiortc.rtp import RtpPacket
from aiortc.utils import uint16_add, uint16_gt

from calls.media.capacity import Capacity
from calls.media.outgoing import OutgoingTrack
from calls.media.packet import Packet, SequenceCheck, is_entry
from calls.media.source import Source

DEFAULT_CAP = 1_500_000  # bits per second

GATHER_WITHIN = 2  # seconds
"""The answer waits until every STUN and TURN server has been heard, from every address of this machine. Some never are:
from the address of a container bridge, or behind a firewall that drops what it does not like. What answers does so
within two retransmissions (RFC 5389, section 7.2.1: after 0.5 s and 1.5 s)."""

ASK_ANEW_AFTER = 600.0  # seconds
"""A STUN server that has not answered even once, because of a firewall say, is left alone for so long: a call begins
with two connections, and each would wait for it. One that has answered before is always asked."""

PAUSE = 2_000  # ms without a packet; the rate counter goes through every one of them, so it begins anew
TELL_EVERY = 100  # ms; when too much comes, the estimate changes with every packet

AUDIO_MAY_LAG = 0.1  # seconds
"""A browser holds pictures back until their sound is played, which it buffers longer. Nobody notices a voice that is
late by less than 0.125 s (ITU-R BT.1359), so the sender reports say that it was recorded so much later."""

# ruff: noqa: SLF001 - this is the module that knows the library from inside


class Incoming(Source):
    """The stream of one track of a browser, as it arrives."""

    def __init__(self, receiver: "RTCRtpReceiver", kind: str) -> None:
        super().__init__(kind)
        self._receiver = receiver
        self._cap = DEFAULT_CAP
        self._limit: int | None = None
        self.ended = False

    def cap(self, bitrate: int) -> None:
        """Let the browser send no more than this many bits per second, whatever it might."""
        if bitrate != self._cap:
            self._cap = bitrate
            self._receiver.tell_bitrate()

    def request_keyframe(self) -> None:
        self._receiver.tell_picture_loss()

    def ask_again(self, sequence: int) -> None:
        self._receiver.tell_lost(sequence)

    def limit_changed(self, bitrate: int | None) -> None:
        if bitrate != self._limit:
            self._limit = bitrate
            self._receiver.tell_bitrate()

    @property
    def most(self) -> int:
        """Bits per second that the browser may send."""
        return min(self._cap, self._limit or self._cap)


def source_of(track: MediaStreamTrack | None) -> Incoming | None:
    """The stream of a track that came with a connection of this module."""
    return getattr(track, "source", None)


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
        connection.get_component_candidates = partial(_gather, connection)  # type: ignore[method-assign]
        return transport


_heard: set[tuple[str, int]] = set()
_silent: dict[tuple[str, int], float] = {}
"""Until when each STUN server that was never heard is left alone (`time.monotonic`)."""


async def _gather(connection: aioice.Connection, component: int, addresses: list[str]) -> list[aioice.Candidate]:
    server = connection.stun_server
    if server and _silent.get(server, 0.0) > time.monotonic():
        connection.stun_server = server = None
    began = time.monotonic()
    found = await aioice.Connection.get_component_candidates(connection, component, addresses, GATHER_WITHIN)
    if server and any(candidate.type == "srflx" for candidate in found):
        _heard.add(server)
    elif server and server not in _heard and time.monotonic() - began >= GATHER_WITHIN:
        _silent[server] = time.monotonic() + ASK_ANEW_AFTER
    return found


class RTCDtlsTransport(aiortc.RTCDtlsTransport):
    """Lets packets of media through at once, in both directions."""

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:  # noqa: N803
        self._connection = self.transport._connection
        self._into_queue = self._connection.data_received
        self._connection.data_received = self._received  # type: ignore[method-assign]
        await super().start(remoteParameters)

    def _received(self, data: bytes, component: int) -> None:
        if not data:
            return  # anybody can send nothing, and aiortc would end the connection over it
        if self._rx_srtp and 127 < data[0] < 192 and not rtp_packets.is_rtcp(data):  # RFC 7983
            self._receive(data)
        else:
            self._into_queue(data, component)

    def _receive(self, data: bytes) -> None:
        try:
            packet = RtpPacket.parse(self._rx_srtp.unprotect(data), self._rtp_header_extensions_map)
        except (pylibsrtp.Error, ValueError, struct.error):
            return  # neither genuine nor well-formed
        receiver = self._rtp_router.route_rtp(packet)
        if isinstance(receiver, RTCRtpReceiver):
            receiver.receive_packet(packet)

    def send_packet(self, data: bytes) -> None:
        """Encrypt and send a packet; lost without a word, as on any network, when the connection is."""
        pair = self._connection._nominated.get(1) if self.state == "connected" else None
        if pair:
            pair.protocol.transport.sendto(self._tx_srtp.protect(data), pair.remote_addr)


class RTCRtpReceiver(aiortc.RTCRtpReceiver):
    """Publishes packets as they come. Lost ones are asked for again; the rest is the affair of who decodes them."""

    @property
    def _track(self) -> RemoteStreamTrack | None:
        return self.__dict__.get("_remote_track")

    @_track.setter
    def _track(self, track: RemoteStreamTrack | None) -> None:
        self.__dict__["_remote_track"] = track
        if track is not None:
            self._source = Incoming(self, track.kind)
            track.source = self._source  # type: ignore[attr-defined]

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        if self.__started:
            return
        self.__codecs = {codec.payloadType: codec for codec in parameters.codecs if codec.payloadType is not None}
        self.__rtx_ssrc = {each.rtx.ssrc: each.ssrc for each in parameters.encodings if each.rtx}
        self._estimated_at = self._told_at = 0
        self._media_ssrc = 0
        self._check = SequenceCheck()
        if self.__remote_bitrate_estimator:
            _begin_with(self.__remote_bitrate_estimator, self._source.most)
        self.__transport._register_rtp_receiver(self, parameters)
        self.__rtcp_task = asyncio.ensure_future(self._run_rtcp())
        self.__started = True

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:  # noqa: ARG002
        """What came while the handshake ended has still gone through aiortc's queue."""
        self.receive_packet(packet)

    def receive_packet(self, packet: RtpPacket) -> None:
        """Publish a packet, and tell the browser what it has to know of the way so far."""
        codec = self.__codecs.get(packet.payload_type)
        if codec is None:
            return
        if packet.ssrc not in self.__remote_streams:
            self.__remote_streams[packet.ssrc] = StreamStatistics(codec.clockRate)
        self.__remote_streams[packet.ssrc].add(packet)
        if self.__remote_bitrate_estimator:
            self._estimate(self.__remote_bitrate_estimator, packet)
        original = self._unwrapped(packet, codec) if is_rtx(codec) else packet
        if original and self._check.accepts(original.sequence_number) and self._is_new(original):
            self._media_ssrc = original.ssrc
            if self.__nack_generator and self.__nack_generator.add(original):
                self._tell(self._send_rtcp_nack(original.ssrc, sorted(self.__nack_generator.missing)))
            self._source.publish(_read(original, self.__codecs[original.payload_type].name))

    def _is_new(self, packet: RtpPacket) -> bool:
        """A browser that tries how much the way can take sends packets twice."""
        lost: NackGenerator | None = self.__nack_generator
        number = packet.sequence_number
        return lost is None or lost.max_seq is None or uint16_gt(number, lost.max_seq) or number in lost.missing

    def _unwrapped(self, packet: RtpPacket, codec: RTCRtpCodecParameters) -> RtpPacket | None:
        """The packet that is sent again in this one (RFC 4588), if there is one."""
        payload_type, ssrc = codec.parameters.get("apt"), self.__rtx_ssrc.get(packet.ssrc)
        if ssrc is None or payload_type not in self.__codecs or len(packet.payload) < 2:
            return None
        return rtp_packets.unwrap_rtx(packet, payload_type=payload_type, ssrc=ssrc)

    def _estimate(self, estimator: RemoteBitrateEstimator, packet: RtpPacket) -> None:
        if packet.extensions.abs_send_time is None:
            return
        now = int(time.monotonic() * 1000)
        if now - self._estimated_at > PAUSE:
            estimator.incoming_bitrate.reset()
        self._estimated_at = now
        estimate = estimator.add(
            abs_send_time=packet.extensions.abs_send_time,
            arrival_time_ms=now,
            payload_size=len(packet.payload) + packet.padding_size,
            ssrc=packet.ssrc,
        )
        if estimate is not None and now - self._told_at > TELL_EVERY:
            self._told_at = now
            self.tell_bitrate()

    # What the browser is told

    def tell_bitrate(self) -> None:
        """How much it may send: as much as arrives well, and as everybody who watches can take (REMB)."""
        estimator: RemoteBitrateEstimator | None = self.__remote_bitrate_estimator
        if estimator and estimator.ssrcs and self.__rtcp_ssrc is not None:
            bitrate = min(self._source.most, estimator.rate_control.current_bitrate)
            fci = rtp_packets.pack_remb_fci(bitrate, list(estimator.ssrcs))
            self._tell(
                self._send_rtcp(
                    rtp_packets.RtcpPsfbPacket(
                        fmt=rtp_packets.RTCP_PSFB_APP, ssrc=self.__rtcp_ssrc, media_ssrc=0, fci=fci
                    )
                )
            )

    def tell_picture_loss(self) -> None:
        """That a keyframe is needed (PLI, RFC 4585)."""
        if self.__started and self._media_ssrc:
            self._tell(self._send_rtcp_pli(self._media_ssrc))

    def tell_lost(self, sequence: int) -> None:
        """That a packet is still missing (NACK, RFC 4585)."""
        if self.__nack_generator and sequence in self.__nack_generator.missing:
            self._tell(self._send_rtcp_nack(self._media_ssrc, [sequence]))

    @staticmethod
    def _tell(saying: Any) -> None:
        asyncio.ensure_future(saying)  # noqa: RUF006 - it waits for nothing, and is over in the next turn of the loop

    # The end

    def _RTCRtpReceiver__stop_decoder(self) -> None:  # noqa: N802
        if self._track is not None:
            self._source.ended = True
            self._track.stop()

    def _handle_disconnect(self) -> None:
        self._RTCRtpReceiver__stop_decoder()


def _begin_with(estimator: RemoteBitrateEstimator, bitrate: int) -> None:
    estimator.rate_control.current_bitrate = bitrate
    estimator.rate_control.current_bitrate_initialized = True


def _read(packet: RtpPacket, codec: str) -> Packet:
    level = packet.extensions.audio_level
    return Packet(
        codec,
        packet.sequence_number,
        packet.timestamp,
        packet.payload,
        bool(packet.marker),
        is_entry(codec, packet.payload),
        level[1] if level else None,
    )


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

    async def send(self, parameters: RTCRtpSendParameters) -> None:
        if not self.__started:
            numbered = [(codec, codec.payloadType or 0) for codec in parameters.codecs]
            self._payload_types = {codec.name: number for codec, number in numbered if not is_rtx(codec)}
            self._rtx_of = {codec.parameters["apt"]: number for codec, number in numbered if is_rtx(codec)}
            self._extensions = {extension.uri: extension.id for extension in parameters.headerExtensions}
            self._way = cast(RTCDtlsTransport, self.transport)
            self._history: dict[int, tuple[int, Packet, int]] = {}
            self._capacity = Capacity()
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
        self._history[sequence % rtp_packets.RTP_HISTORY_SIZE] = sequence, packet, timestamp
        self._put(payload_type, sequence, timestamp, self._ssrc, packet, packet.payload)
        self._capacity.sent(len(packet.payload))
        self.__octet_count += len(packet.payload)
        self.__packet_count += 1
        if made_at is not None:
            later = AUDIO_MAY_LAG if self.kind == "audio" else 0.0
            self.__rtp_timestamp = timestamp
            self.__ntp_timestamp = _ntp(time.time() - time.monotonic() + made_at + later)

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

    # What the browser says

    async def _retransmit(self, sequence_number: int) -> None:
        track, kept = self._pushing, self._history.get(sequence_number % rtp_packets.RTP_HISTORY_SIZE)
        if track is None:
            await super()._retransmit(sequence_number)
        elif kept is None or kept[0] != sequence_number:
            track.lacks(sequence_number)
        else:
            self._send_again(*kept)

    def _send_again(self, sequence: int, packet: Packet, timestamp: int) -> None:
        """In a stream of its own (RFC 4588), where the browser knows of that."""
        payload_type = self._payload_types[packet.codec]
        if payload_type not in self._rtx_of:
            self._put(payload_type, sequence, timestamp, self._ssrc, packet, packet.payload)
            return
        rtx, payload = self._rtx_of[payload_type], struct.pack("!H", sequence) + packet.payload
        self._put(rtx, self.__rtx_sequence_number, timestamp, self._rtx_ssrc, packet, payload)
        self.__rtx_sequence_number = uint16_add(self.__rtx_sequence_number, 1)

    def _send_keyframe(self) -> None:
        if track := self._pushing:
            track.needs_keyframe()
        else:
            super()._send_keyframe()

    async def _handle_rtcp_packet(self, packet: rtp_packets.AnyRtcpPacket) -> None:
        await super()._handle_rtcp_packet(packet)
        feedback = packet if isinstance(packet, rtp_packets.RtcpPsfbPacket) else None
        if (track := self._pushing) and feedback and feedback.fmt == rtp_packets.RTCP_PSFB_APP:
            with suppress(ValueError):
                track.can_take(self._capacity.estimated(rtp_packets.unpack_remb_fci(feedback.fci)[0]))

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

"""RTCRtpReceiver: publishes packets as they come, and tells the browser what it has to know of the way so far.

Private names in use:

- RTCRtpReceiver._track is set when the other side's track is known: there it becomes ours, with our source.
- RTCRtpReceiver.__codecs, __rtx_ssrc, __started, __transport and __rtcp_task: what `receive` sets up; ours starts no
  decoder thread, which the original always does. RTCDtlsTransport._register_rtp_receiver is used as the original does.
  __stop_decoder and _handle_disconnect are called when the other side has gone. _handle_rtp_packet gets what came while
  the handshake ended.
- RTCRtpReceiver.__remote_bitrate_estimator and __remote_streams are used as the original does, __rtcp_ssrc is needed to
  speak of oneself; _run_rtcp, _send_rtcp, _send_rtcp_nack and _send_rtcp_pli are called.
- RemoteBitrateEstimator.rate_control: its first estimate is what arrived in the first three seconds, so a browser that
  starts low is kept low, growing by 8 % a second. It is given the cap to start from. Its incoming_bitrate goes through
  every millisecond since the last packet.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiortc
from aiortc import MediaStreamTrack, RTCRtpCodecParameters
from aiortc import rtp as rtp_packets
from aiortc.codecs import is_rtx
from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RemoteStreamTrack, StreamStatistics
from aiortc.rtp import RtpPacket

from calls.media.losses import Arrival, Losses
from calls.media.packet import Packet, is_entry
from calls.media.rtc.estimates import Estimates
from calls.media.source import Source

DEFAULT_CAP = 1_500_000  # bits per second

PAUSE = 2_000  # ms without a packet; the rate counter goes through every one of them, so it begins anew
TELL_EVERY = 0.1  # seconds; when too much comes, the estimate changes with every packet
ASK_EVERY = 0.005  # seconds; what is found to be missing within that time is asked for at once

# ruff: noqa: SLF001 - this is a module that knows the library from inside


class Incoming(Source):
    """The stream of one track of a browser, as it arrives."""

    def __init__(self, receiver: "RTCRtpReceiver", kind: str) -> None:
        super().__init__(kind)
        self._receiver = receiver
        self._cap = DEFAULT_CAP
        self._limit: int | None = None
        self._bitrate = 0
        self.ended = False
        self.on_readers: Callable[[], None] = lambda: None
        """Called when a reader has come or gone."""

    def cap(self, bitrate: int) -> None:
        """Let the browser send no more than this many bits per second, whatever it might."""
        if bitrate != self._cap:
            self._cap = bitrate
            self._receiver.limit()

    @property
    def bitrate(self) -> int:
        """Bits per second that come, or came last; as many as may, before anything has."""
        self._bitrate = self._receiver.bitrate or self._bitrate
        return min(self._bitrate or self.most, self.most)

    def readers_changed(self) -> None:
        self.on_readers()

    def pass_request_keyframe(self) -> None:
        self._receiver.request_keyframe()

    def pass_limit(self, bitrate: int | None) -> None:
        if bitrate != self._limit:
            self._limit = bitrate
            self._receiver.limit_soon()

    @property
    def most(self) -> int:
        """Bits per second that the browser may send."""
        return min(self._cap, self._limit or self._cap)


class IncomingTrack(RemoteStreamTrack):
    """A track of a browser, and the stream that it is. Nobody reads the track: packets are published."""

    source: Incoming


def source_of(track: MediaStreamTrack | None) -> Incoming | None:
    """The stream of a track that came with a connection of this module."""
    return track.source if isinstance(track, IncomingTrack) else None


class RTCRtpReceiver(aiortc.RTCRtpReceiver):
    """Publishes packets as they come. Lost ones are asked for again; the rest is the affair of who decodes them.

    While packets of a picture are missing, and at no other time, a timer asks for those that are due. Sound that was
    sent again would come too late.
    """

    estimates: Estimates
    """Those of all receivers of the connection."""

    @property
    def _track(self) -> RemoteStreamTrack | None:
        return self.__dict__.get("_remote_track")

    @_track.setter
    def _track(self, track: RemoteStreamTrack | None) -> None:
        self.__dict__["_remote_track"] = track
        if track is not None:
            self._source, self._told_at = Incoming(self, track.kind), 0.0
            track.__class__ = IncomingTrack
            track.source = self._source  # type: ignore[attr-defined]

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        if self.__started:
            return
        self.__codecs = {codec.payloadType: codec for codec in parameters.codecs if codec.payloadType is not None}
        self.__rtx_ssrc = {each.rtx.ssrc: each.ssrc for each in parameters.encodings if each.rtx}
        self._estimated_at = self._media_ssrc = 0
        self._losses = Losses()
        self._asking: asyncio.TimerHandle | None = None
        if self.__remote_bitrate_estimator:
            _begin_with(self.__remote_bitrate_estimator, self._source.most)
        self.__transport._register_rtp_receiver(self, parameters)
        self.__rtcp_task = asyncio.ensure_future(self._run_rtcp())
        self.__started = True

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:  # noqa: ARG002
        """What came while the handshake ended has still gone through aiortc's queue."""
        self.receive_packet(packet)

    def receive_packet(self, packet: RtpPacket, arrived: float | None = None) -> None:
        """Publish a packet, and tell the browser what it has to know of the way so far. `arrived` is when it came, in
        seconds on the monotonic clock; now, if nobody knows better."""
        codec = self.__codecs.get(packet.payload_type)
        if codec is None:
            return
        now = time.monotonic() if arrived is None else arrived
        if packet.ssrc not in self.__remote_streams:
            self.__remote_streams[packet.ssrc] = StreamStatistics(codec.clockRate)
        self.__remote_streams[packet.ssrc].add(packet)
        if self.__remote_bitrate_estimator:
            self._estimate(self.__remote_bitrate_estimator, packet, int(now * 1000))
        original = self._unwrapped(packet, codec) if is_rtx(codec) else packet
        if original and self._is_wanted(original, now, resent=original is not packet):
            self._media_ssrc = original.ssrc
            number = self._losses.continued(original.sequence_number)
            self._source.publish(_read(original, number, self.__codecs[original.payload_type].name))

    def _is_wanted(self, packet: RtpPacket, now: float, *, resent: bool) -> bool:
        """A browser that tries how much the way can take sends packets twice, and some write numbers that are none."""
        arrival = self._losses.arrived(packet.sequence_number, now, resent=resent)
        if arrival is Arrival.RESTART:
            self._source.request_keyframe()
        if self._losses.missing and self._asking is None:
            self._ask_later(now)
        return arrival is Arrival.NEW or arrival is Arrival.RESTART

    def _unwrapped(self, packet: RtpPacket, codec: RTCRtpCodecParameters) -> RtpPacket | None:
        """The packet that is sent again in this one (RFC 4588), if there is one."""
        payload_type, ssrc = codec.parameters.get("apt"), self.__rtx_ssrc.get(packet.ssrc)
        if ssrc is None or payload_type not in self.__codecs or len(packet.payload) < 2:
            return None
        return rtp_packets.unwrap_rtx(packet, payload_type=payload_type, ssrc=ssrc)

    def _estimate(self, estimator: RemoteBitrateEstimator, packet: RtpPacket, now: int) -> None:
        """`now` is in ms."""
        if packet.extensions.abs_send_time is None:
            return
        if now - self._estimated_at > PAUSE:
            estimator.incoming_bitrate.reset()
        self._estimated_at = now
        estimate = estimator.add(
            abs_send_time=packet.extensions.abs_send_time,
            arrival_time_ms=now,
            payload_size=len(packet.payload) + packet.padding_size,
            ssrc=packet.ssrc,
        )
        if estimate is not None:
            self.limit_soon()

    @property
    def bitrate(self) -> int:
        """Bits per second that have come in the last second; 0 where nothing has, or is known."""
        estimator, now = self.__remote_bitrate_estimator, int(time.monotonic() * 1000)
        if estimator is None or now - getattr(self, "_estimated_at", 0) > PAUSE:
            return 0
        return estimator.incoming_bitrate.rate(now) or 0

    # What the browser is told

    def limit_soon(self) -> None:
        """Now or, where that was told a moment ago, with one of the next estimates: there are two a second."""
        if time.monotonic() - self._told_at > TELL_EVERY:
            self.limit()

    def limit(self) -> None:
        """How much it may send: as much as arrives well, and as everybody who watches can take (REMB)."""
        estimator: RemoteBitrateEstimator | None = self.__remote_bitrate_estimator
        if estimator and estimator.ssrcs and self.__rtcp_ssrc is not None:
            self._told_at = time.monotonic()
            own = min(self._source.most, estimator.rate_control.current_bitrate)
            bitrate, streams = self.estimates.with_that_of(self, own, estimator.ssrcs, self._told_at)
            fci = rtp_packets.pack_remb_fci(bitrate, list(streams))
            self._tell(
                self._send_rtcp(
                    rtp_packets.RtcpPsfbPacket(
                        fmt=rtp_packets.RTCP_PSFB_APP, ssrc=self.__rtcp_ssrc, media_ssrc=0, fci=fci
                    )
                )
            )

    def request_keyframe(self) -> None:
        """That a keyframe is needed (PLI, RFC 4585)."""
        if self.__started and self._media_ssrc:
            self._tell(self._send_rtcp_pli(self._media_ssrc))

    def _ask_later(self, now: float) -> None:
        """Set the timer, if a packet of a picture is missing."""
        at = self._losses.ask_at if self._source.kind == "video" else None
        wait = None if at is None else max(at - now, ASK_EVERY)
        self._asking = None if wait is None else asyncio.get_running_loop().call_later(wait, self._ask)

    def _ask(self) -> None:
        """Tell that packets are missing (NACK, RFC 4585)."""
        if self._source.ended:
            return
        now = time.monotonic()
        if numbers := self._losses.due(now):
            # aiortc packs numbers that rise: it raises at 0 behind 65535, and nothing would be asked for.
            self._tell(self._send_rtcp_nack(self._media_ssrc, sorted(numbers)))
        self._ask_later(now)

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


def _read(packet: RtpPacket, number: int, codec: str) -> Packet:
    level = packet.extensions.audio_level
    return Packet(
        codec,
        number,
        packet.timestamp,
        packet.payload,
        bool(packet.marker),
        is_entry(codec, packet.payload),
        level[1] if level else None,
    )

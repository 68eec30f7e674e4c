"""Pictures and sound from packets, and packets from pictures and sound."""

from typing import cast

from aiortc.codecs import h264, vpx
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import VIDEO_TIME_BASE
from av import VideoFrame
from av.video.frame import PictureType

from calls.media.assembler import Picture
from calls.media.dimensions import LARGEST, Size, check
from calls.media.packet import Packet, is_entry

_DEPAYLOAD = {"VP8": vpx.vp8_depayload, "H264": h264.h264_depayload}
_DECODERS: dict[str, type[Decoder]] = {"VP8": vpx.Vp8Decoder, "H264": h264.H264Decoder}


class VideoDecoder:
    """Decodes the pictures of one source, in order, unless they are larger than `largest`."""

    def __init__(self, largest: Size = LARGEST) -> None:
        self._largest = largest
        self._codec = ""
        self._decoder: Decoder | None = None

    def decode(self, picture: Picture) -> VideoFrame | None:
        """The frame, or None while the codec needs more. Raises PictureError for what is too large, ValueError and
        av.FFmpegError for what is broken."""
        data = b"".join(_DEPAYLOAD[picture.codec](payload) for payload in picture.payloads if payload)
        if not data:  # packets that only fill the way; to the decoder, nothing is the end
            return None
        check(picture.codec, data, self._largest)
        if self._decoder is None or picture.codec != self._codec:
            self._codec, self._decoder = picture.codec, _DECODERS[picture.codec]()
        frames = self._decoder.decode(JitterFrame(data, 0))
        if not frames:
            return None
        # The codec counts in a time base of its own, and would round.
        frame = cast(VideoFrame, frames[-1])
        frame.pts, frame.time_base = picture.timestamp, VIDEO_TIME_BASE
        return frame


class Vp8Encoder(vpx.Vp8Encoder):
    """aiortc's encoder without its upper limit of 1.5 Mbit/s. It bears the name of the one that it extends, which
    keeps the target in a private attribute."""

    @property
    def target_bitrate(self) -> int:
        return self.__target_bitrate

    @target_bitrate.setter
    def target_bitrate(self, bitrate: int) -> None:
        self.__target_bitrate = max(bitrate, vpx.MIN_BITRATE)


class VideoEncoder:
    """Makes the packets of one source of its own. `encode` may run in any thread, one at a time."""

    def __init__(self) -> None:
        self._encoder = Vp8Encoder()
        self._sequence = 0

    def encode(self, frame: VideoFrame, bitrate: int, *, keyframe: bool) -> list[Packet]:
        """The packets of a frame, at so many bits per second; whoever begins to watch needs a keyframe."""
        if not 0.8 < bitrate / self._encoder.target_bitrate < 1.25:  # a change costs a keyframe
            self._encoder.target_bitrate = bitrate
        frame.pict_type = PictureType.NONE
        payloads, timestamp = self._encoder.encode(frame, force_keyframe=keyframe)
        return [self._packet(payload, timestamp, last=payload is payloads[-1]) for payload in payloads]

    def _packet(self, payload: bytes, timestamp: int, *, last: bool) -> Packet:
        self._sequence = (self._sequence + 1) & 0xFFFF
        return Packet("VP8", self._sequence, timestamp & 0xFFFFFFFF, payload, last, is_entry("VP8", payload))

"""What the effects make of a stream: decoded once, encoded once, however many watch."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import av
from av import VideoFrame

from calls.errors import PictureError
from calls.media.assembler import Assembler, Picture
from calls.media.codecs import VideoDecoder, VideoEncoder
from calls.media.dimensions import LARGEST, Size
from calls.media.packet import Packet
from calls.media.source import Source
from calls.media.workers import WORKERS

logger = logging.getLogger(__name__)

MOST_WAITING = 8  # encoded pictures; they are decoded together and only the newest goes on, so they add no delay

Effect = Callable[[VideoFrame], VideoFrame]


class Fresh(NamedTuple):
    """A frame, and when its last packet came, on the monotonic clock."""

    frame: VideoFrame
    since: float


class Rendering(Source):
    """The stream after an effect. It works while somebody watches: decoding follows every
    picture, the effect and the encoder the newest one, so that a slow effect costs frames and no delay."""

    def __init__(
        self,
        original: Source,
        effect: Effect,
        bitrate: Callable[[], int],
        *,
        largest: Size = LARGEST,
        refuse: Callable[[str], None] = lambda why: None,  # noqa: ARG005
    ) -> None:
        """A picture larger than `largest` is not decoded, and `refuse` is told so in words for the person."""
        super().__init__("video")
        self.age = 0.0
        """Seconds that the last frame spent between arriving and leaving."""
        self._original, self._effect, self._bitrate = original, effect, bitrate
        self._largest, self._refuse = largest, refuse
        self._limit: int | None = None
        self._work: list[asyncio.Task[None]] = []

    @property
    def bitrate(self) -> int:
        return min(self._bitrate(), self._limit or self._bitrate())

    def readers_changed(self) -> None:
        if self.readers and not self._work:
            self._start()
        elif not self.readers and self._work:
            self._stop()

    def pass_request_keyframe(self) -> None:
        self._keyframe = True

    def pass_limit(self, bitrate: int | None) -> None:
        self._limit = bitrate

    def _start(self) -> None:
        self._assembler = Assembler()
        self._pictures: list[Picture] = []
        self._decodable, self._renderable = asyncio.Event(), asyncio.Event()
        self._fresh: Fresh | None = None
        self._keyframe = True
        self._work = [
            asyncio.create_task(self._decode_all(VideoDecoder(self._largest))),
            asyncio.create_task(self._render_newest(VideoEncoder())),
        ]
        self._original.add(self)
        self._original.request_keyframe()

    def _stop(self) -> None:
        self._original.remove(self)
        for task in self._work:
            task.cancel()
        self._work = []

    def take(self, source: Source, packet: Packet) -> None:
        """A packet of the original."""
        self._pictures += self._assembler.add(packet)
        if len(self._pictures) > MOST_WAITING:
            self._begin_anew()
        if self._assembler.needs_keyframe:
            source.request_keyframe()
        if self._pictures:
            self._decodable.set()

    def _begin_anew(self) -> None:
        self._pictures.clear()
        self._assembler.reset()

    async def _decode_all(self, decoder: VideoDecoder) -> None:
        in_thread = asyncio.get_running_loop().run_in_executor
        while True:
            await self._decodable.wait()
            self._decodable.clear()
            pictures, self._pictures, came = self._pictures, [], time.monotonic()
            try:
                frame = await in_thread(WORKERS, _decode, decoder, pictures)
            except PictureError as error:
                self._refuse(str(error))
                self._begin_anew()
                continue
            except (av.FFmpegError, ValueError) as error:
                logger.warning("A picture could not be decoded: %s", error)
                self._begin_anew()
                continue
            if frame:
                self._fresh = Fresh(frame, came)
                self._renderable.set()

    async def _render_newest(self, encoder: VideoEncoder) -> None:
        in_thread = asyncio.get_running_loop().run_in_executor
        while True:
            await self._renderable.wait()
            self._renderable.clear()
            if self._fresh is None:
                continue
            (frame, since), self._fresh = self._fresh, None
            keyframe, self._keyframe = self._keyframe, False
            with suppress(av.FFmpegError, ValueError):
                packets = await in_thread(WORKERS, self._render, encoder, frame, keyframe)
                for packet in packets:
                    self.publish(packet)
                self.age = time.monotonic() - since

    def _render(self, encoder: VideoEncoder, frame: VideoFrame, keyframe: bool) -> list[Packet]:  # noqa: FBT001
        changed = self._effect(frame)
        if not self.readers:
            return []
        bitrate = self.bitrate
        return encoder.encode(changed, bitrate, keyframe=keyframe)


def _decode(decoder: VideoDecoder, pictures: list[Picture]) -> VideoFrame | None:
    """The last frame of these pictures: each is needed for the next."""
    frame = None
    for picture in pictures:
        frame = decoder.decode(picture) or frame
    return frame

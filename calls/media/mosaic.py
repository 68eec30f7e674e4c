"""Everybody in one picture: composed and encoded once per room, whoever watches, and only while somebody does."""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av import VideoFrame
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from calls.lettering import letters
from calls.media.codecs import VideoEncoder
from calls.media.packet import CLOCK_RATE, Packet
from calls.media.rendering import Rendering
from calls.media.source import Source
from calls.media.workers import WORKERS

WIDTH = 960  # pixels; tiles are 4:3, and the height follows from how many there are
FRAMES_PER_SECOND = 30
RATE = CLOCK_RATE["video"]
LABEL, BORDER = 24, 4  # pixels

Plane = NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Y, U and V."""

BACKGROUND: Colour = (28, 130, 126)
PAPER: Colour = (24, 128, 128)
SPEAKING: Colour = (150, 90, 70)


@dataclass(frozen=True, slots=True)
class Tile:
    """One person's place in the picture."""

    name: str
    rendering: Rendering | None
    """Where the pixels come from; None while the camera is off."""
    note: str = ""
    """What is off."""
    speaking: bool = False


class Mosaic(Source):
    """The picture of one room."""

    def __init__(self, bitrate: int) -> None:
        super().__init__("video")
        self._bitrate = self._limit = bitrate
        self._tiles: tuple[Tile, ...] = ()
        self._work: asyncio.Task[None] | None = None
        self._keyframe = False

    def show(self, tiles: Sequence[Tile]) -> None:
        """Show these people from the next frame on."""
        before, self._tiles = self._tiles, tuple(tiles)
        if self._work:
            self._borrow(before, self._tiles)

    def readers_changed(self) -> None:
        if self.readers and self._work is None:
            self._work = asyncio.create_task(self._run(VideoEncoder()), name="mosaic")
            self._borrow((), self._tiles)
        elif not self.readers and self._work:
            self._work.cancel()
            self._work = None
            self._borrow(self._tiles, ())

    def pass_request_keyframe(self) -> None:
        self._keyframe = True

    def pass_limit(self, bitrate: int | None) -> None:
        self._limit = min(bitrate or self._bitrate, self._bitrate)

    def _borrow(self, before: Sequence[Tile], now: Sequence[Tile]) -> None:
        """Have the pixels decoded of those who are in the picture, and of nobody else."""
        old, new = ({tile.rendering for tile in tiles if tile.rendering} for tiles in (before, now))
        for rendering in old - new:
            rendering.take_back(self)
        for rendering in new - old:
            rendering.lend(self)

    async def _run(self, encoder: VideoEncoder) -> None:
        in_thread, due = asyncio.get_running_loop().run_in_executor, time.monotonic()
        while True:
            keyframe, self._keyframe = self._keyframe, False
            for packet in await in_thread(WORKERS, self._make, encoder, self._tiles, keyframe):
                self.publish(packet)
            due = max(due + 1 / FRAMES_PER_SECOND, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    def _make(self, encoder: VideoEncoder, tiles: Sequence[Tile], keyframe: bool) -> list[Packet]:  # noqa: FBT001
        frame = compose([(tile, tile.rendering.newest if tile.rendering else None) for tile in tiles])
        frame.pts, frame.time_base = int(time.monotonic() * RATE), Fraction(1, RATE)
        return encoder.encode(frame, self._limit, keyframe=keyframe)


def compose(tiles: Sequence[tuple[Tile, VideoFrame | None]]) -> VideoFrame:
    """The tiles in rows and columns, 4:3 each, as a yuv420p frame."""
    columns = math.ceil(math.sqrt(len(tiles))) or 1
    rows = math.ceil(len(tiles) / columns) or 1
    width = WIDTH // columns
    height = width * 3 // 4
    canvas = Canvas(width * columns, height * rows)
    for number, (tile, frame) in enumerate(tiles):
        row, column = divmod(number, columns)
        in_row = min(columns, len(tiles) - row * columns)
        left, top = column * width + _even((columns - in_row) * width / 2), row * height
        canvas.draw(tile, frame, left, top, width, height)
    return canvas.frame()


class Canvas:
    """Pixels in three planes, the two of colour at half the size (yuv420p)."""

    def __init__(self, width: int, height: int) -> None:
        self._pixels: Plane = np.empty((height * 3 // 2, width), dtype=np.uint8)
        self._planes = _planes(self._pixels)
        self._fill(BACKGROUND, 0, 0, width, height)

    def frame(self) -> VideoFrame:
        """What has been drawn."""
        return VideoFrame.from_ndarray(self._pixels, format="yuv420p")

    def draw(self, tile: Tile, frame: VideoFrame | None, left: int, top: int, width: int, height: int) -> None:
        """One person: the picture, as large as it goes, a frame around who speaks, and the label."""
        if tile.speaking:
            self._fill(SPEAKING, left, top, width, height)
        inner = width - 2 * BORDER, height - 2 * BORDER
        if frame:
            self._picture(frame, left + BORDER, top + BORDER, *inner)
        else:
            self._fill(PAPER, left + BORDER, top + BORDER, *inner)
        self._label(tile, left + BORDER, top + height - BORDER - LABEL, inner[0])

    def _picture(self, frame: VideoFrame, left: int, top: int, width: int, height: int) -> None:
        scale = min(width / frame.width, height / frame.height)
        wide, high = _even(frame.width * scale), _even(frame.height * scale)
        self._fill(PAPER, left, top, width, height)
        try:
            scaled = frame.reformat(wide, high, "yuv420p", interpolation=Interpolation.AREA).to_ndarray()
        except av.FFmpegError:  # a picture as narrow as a line
            return
        left, top = left + _even((width - wide) / 2), top + _even((height - high) / 2)
        for plane, pixels, part in zip(self._planes, _planes(scaled), (1, 2, 2), strict=True):
            plane[top // part : (top + high) // part, left // part : (left + wide) // part] = pixels

    def _label(self, tile: Tile, left: int, top: int, most: int) -> None:
        ink = _letters(tile, most)
        self._fill(PAPER, left, top, ink.shape[1], LABEL)
        self._planes[0][top : top + LABEL, left : left + ink.shape[1]] = ink

    def _fill(self, colour: Colour, left: int, top: int, width: int, height: int) -> None:
        for plane, value, part in zip(self._planes, colour, (1, 2, 2), strict=True):
            plane[top // part : (top + height) // part, left // part : (left + width) // part] = value


def _planes(pixels: NDArray[Any]) -> tuple[Plane, Plane, Plane]:
    """Views of the three planes that lie behind each other in one array."""
    height, width = pixels.shape[0] * 2 // 3, pixels.shape[1]
    colour = pixels[height:].reshape(2, height // 2, width // 2)
    return pixels[:height], colour[0], colour[1]


def _even(length: float) -> int:
    return int(length) // 2 * 2


def _letters(tile: Tile, most: int) -> Plane:
    """The name and what is off, as brightness, no wider than `most`: a long name is cut, what is off is not."""
    note = letters(f"· {tile.note}", LABEL) if tile.note else letters("", LABEL)[:, :0]
    name = letters(tile.name, LABEL)[:, : max(most - note.shape[1], 0)]
    return np.maximum(np.hstack([name, note])[:, :most], PAPER[0])

"""People without browsers: aiortc connections that send a ready-made clip, and count or read what they receive.

A clip is encoded once and sent in a loop, and nothing received is decoded unless asked for, so that many clients fit
into one process. Each picture carries its number as a barcode: what is read back tells how long it was under way.

Private names of aiortc, each only on objects made here (`_put` fails when one is gone):
- `RTCRtpSender._send_keyframe` is called when the other side asks for a keyframe, and nothing public tells;
- `RTCRtpSender._next_encoded_frame`: aiortc gives ready-made packets no audio level, and every browser does;
- `RTCRtpReceiver.__decoder_queue` is where a frame is complete and not yet decoded;
- `RTCRtpReceiver.__jitter_buffer` holds each frame back until the next one begins, and waits seconds for a lost packet;
- `RTCRtpReceiver.__nack_generator` asks for a lost packet once, and again only when another is lost;
- `RTCIceTransport._send` and `_recv` are what every packet of a connection passes.
"""

import asyncio
import math
import queue
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RtpPacket
from aiortc.utils import uint16_add, uint16_gt
from av import AudioCodecContext, AudioFrame, CodecContext, Packet, VideoCodecContext, VideoFrame
from av.video.frame import PictureType
from numpy.typing import NDArray

WITHIN = 10.0  # seconds, for whatever is waited for
Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""
Exchange = Callable[[RTCSessionDescription], Awaitable[RTCSessionDescription]]
"""The way to the other side: takes an offer, returns the answer."""


async def until(condition: Callable[[], object], seconds: float = WITHIN) -> None:
    """Wait until the condition holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def _put(owner: object, name: str, value: object) -> None:
    """Replace a private attribute. Raises AttributeError when aiortc has it no more."""
    getattr(owner, name)
    setattr(owner, name, value)


# --- The number in the picture: two rows of cells along the upper edge. One white and one black cell show the levels.

ROWS, COLUMNS, BITS = 2, 9, 12
_STRIP = 8  # a row of the barcode is this part of the height


def draw_number(luma: NDArray[np.uint8], number: int) -> None:
    """Draw a number below 4096 into the upper quarter of a picture's luma."""
    bits = [1, *_bits(number)[:8], 0, *_bits(number)[8:]]
    for cell, bit in zip(_cells(luma), bits, strict=True):
        cell[:] = 235 if bit else 16


def read_number(luma: NDArray[np.uint8]) -> int | None:
    """The number in the picture; None where there is none, or it cannot be read."""
    levels = [float(_centre(cell).mean()) for cell in _cells(luma)]
    white, black = levels[0], levels[COLUMNS]
    if white - black < 60:
        return None
    read = [int(level > (white + black) / 2) for level in levels[1:COLUMNS] + levels[COLUMNS + 1 :]]
    number = int("".join(map(str, read[:BITS])), 2)
    return number if _bits(number) == read else None


def _bits(number: int) -> list[int]:
    """The bits of a number, and four that check them."""
    check = (number ^ number >> 4 ^ number >> 8 ^ 0b1010) & 0b1111
    return [int(bit) for bit in f"{number:0{BITS}b}{check:04b}"]


def _cells(luma: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    height, width = luma.shape
    for row in range(ROWS):
        band = luma[row * height // _STRIP : (row + 1) * height // _STRIP]
        for column in range(COLUMNS):
            yield band[:, column * width // COLUMNS : (column + 1) * width // COLUMNS]


def _centre(cell: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = cell.shape
    return cell[height // 3 : -(height // 3), width // 3 : -(width // 3)]


# --- What a person sends


@dataclass(frozen=True)
class Clip:
    """VP8, ready to be sent in a loop."""

    frames: Sequence[bytes]
    fps: int
    gop: int
    """Frames from one keyframe to the next."""

    @classmethod
    @cache
    def make(
        cls,
        width: int = 320,
        height: int = 240,
        fps: int = 15,
        bitrate: int = 300_000,
        seconds: float = 4.0,
        colour: Colour | None = None,
    ) -> "Clip":
        """Encode once. One colour tells who is seen; without, it is a moving picture that needs the bitrate."""
        pictures = _plain(width, height, colour) if colour else _moving(width, height)
        encoder = _vp8_encoder(width, height, fps, bitrate)
        count = round(fps * seconds) // fps * fps  # whole seconds: the loop meets a keyframe, too
        frames = [_encoded(encoder, next(pictures), number, keyframe=number % fps == 0) for number in range(count)]
        return cls(frames, fps, gop=fps)

    @property
    def bitrate(self) -> float:
        """Bits per second, as they came out."""
        return 8 * sum(map(len, self.frames)) * self.fps / len(self.frames)


def _vp8_encoder(width: int, height: int, fps: int, bitrate: int) -> VideoCodecContext:
    encoder = CodecContext.create("libvpx", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.bit_rate, encoder.framerate, encoder.time_base = bitrate, Fraction(fps), Fraction(1, fps)
    encoder.gop_size, encoder.qmin, encoder.qmax = 100_000, 2, 56
    rate = str(bitrate)
    encoder.options = {"minrate": rate, "maxrate": rate, "bufsize": rate, "deadline": "realtime", "cpu-used": "-6"}
    encoder.options |= {"max-intra-rate": "600"}  # a keyframe is six times a frame: a second brings one, not minutes
    return encoder


def _encoded(encoder: VideoCodecContext, planes: NDArray[np.uint8], number: int, *, keyframe: bool) -> bytes:
    height = planes.shape[0] * 2 // 3
    draw_number(planes[:height], number)
    frame = VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.pict_type = number, PictureType.I if keyframe else PictureType.NONE
    (packet,) = encoder.encode(frame)
    return bytes(packet)


def _plain(width: int, height: int, colour: Colour) -> Iterator[NDArray[np.uint8]]:
    picture = np.full((height, width, 3), colour, dtype=np.uint8)
    planes = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p").to_ndarray()
    while True:
        yield np.array(planes, dtype=np.uint8)


def _moving(width: int, height: int) -> Iterator[NDArray[np.uint8]]:
    """A camera that wanders over a detailed wall, with the noise of a real one."""
    rng = np.random.default_rng(1)
    wall = _wall(rng, 2 * width, 2 * height)
    noise = rng.integers(-6, 7, (7, height, width), dtype=np.int16)
    planes = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
    for step in range(1_000_000):
        x = round((1 + math.sin(step / 47)) * width / 2)
        y = round((1 + math.sin(step / 31)) * height / 2)
        view = wall[y : y + height, x : x + width] + noise[step % len(noise)]
        planes[:height] = np.clip(view, 16, 235)
        yield planes.copy()


def _wall(rng: np.random.Generator, width: int, height: int) -> NDArray[np.int16]:
    """Detail of every size, as pictures have it."""
    wall = np.full((height, width), 126.0)
    for size in (64, 32, 16, 8, 4, 2):
        blocks = rng.normal(0, 18, (height // size + 1, width // size + 1))
        wall += np.kron(blocks, np.ones((size, size)))[:height, :width]
    return np.asarray(np.clip(wall, 16, 235), dtype=np.int16)


RATE, TICK = 48_000, 960  # samples a second, and in a packet of 20 ms
SILENCE = -127  # dBov


@dataclass(frozen=True)
class Tone:
    """Opus, ready to be sent in a loop: a tone, and the silence around it."""

    packets: Sequence[bytes]
    silence: Sequence[bytes]
    level: int
    """RFC 6464: decibels below overload, negative."""

    @classmethod
    @cache
    def make(cls, hertz: int = 440, level: int = -20) -> "Tone":
        """Encode one second of a whole number of periods, once."""
        amplitude = 32767 * 10 ** ((level + 3) / 20)  # a full sine is 3 dB below overload
        wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
        return cls(_opus(wave.astype(np.int16)), _opus(np.zeros(RATE, dtype=np.int16)), level)


def _opus(second: NDArray[np.int16]) -> list[bytes]:
    """One second out of the middle: an encoder begins softly."""
    encoder = CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.format, encoder.layout, encoder.sample_rate, encoder.bit_rate = "s16", "mono", RATE, 32_000
    packets: list[bytes] = []
    for number in range(3 * RATE // TICK):
        begin = number * TICK % RATE
        frame = AudioFrame.from_ndarray(second[None, begin : begin + TICK], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * TICK, Fraction(1, RATE)
        packets += map(bytes, encoder.encode(frame))
    return packets[RATE // TICK : 2 * RATE // TICK]


class Live(MediaStreamTrack):
    """A live source of ready-made packets. When the machine was too busy it leaves some out, and never hurries."""

    LATE = 0.2  # seconds

    def __init__(self, kind: str, per_second: int, clock: int) -> None:
        super().__init__()
        self.kind = kind
        self.count = 0
        """How many were sent."""
        self._per_second, self._clock = per_second, clock
        self._begin = 0.0
        self._slot = 0

    async def recv(self) -> "Packet[Any]":
        """The next packet, at its time."""
        if self.readyState != "live":
            raise MediaStreamError
        await self._due()
        packet = Packet(self._next())
        packet.pts, packet.time_base = self._slot * self._clock // self._per_second, Fraction(1, self._clock)
        self.count += 1
        return packet

    def _next(self) -> bytes:
        raise NotImplementedError

    async def _due(self) -> None:
        self._begin = self._begin or time.monotonic()
        self._slot += 1
        wait = self._begin + self._slot / self._per_second - time.monotonic()
        if wait < -self.LATE:
            self._slot -= int(wait * self._per_second)
        await asyncio.sleep(max(0.0, wait))


class Camera(Live):
    """Sends a clip; asked for a keyframe, it goes on at the clip's next one, as often as a browser makes one."""

    INTERVAL = 0.3  # seconds

    def __init__(self, clip: Clip) -> None:
        super().__init__("video", clip.fps, 90_000)
        self.clip = clip
        self.asked = 0
        """How often the other side wanted a keyframe."""
        self.sent: dict[int, float] = {}
        """When each picture was sent last, by number (`time.monotonic`)."""
        self.places: dict[int, int] = {}
        """The how manyth it was."""
        self._position, self._jump, self._jumped = 0, False, -math.inf

    def ask_keyframe(self) -> None:
        """Go on at the next keyframe, as soon as it may be."""
        self.asked += 1
        self._jump = True

    def _next(self) -> bytes:
        if self._jump and time.monotonic() - self._jumped > self.INTERVAL:
            self._position = -(-self._position // self.clip.gop) * self.clip.gop
            self._jump, self._jumped = False, time.monotonic()
        number = self._position % len(self.clip.frames)
        self._position = number + 1
        self.sent[number], self.places[number] = time.monotonic(), self.count + 1
        return self.clip.frames[number]


class Microphone(Live):
    """Sends a tone while `speaking`, and else silence."""

    def __init__(self, tone: Tone) -> None:
        super().__init__("audio", RATE // TICK, RATE)
        self.tone = tone
        self.speaking = True

    @property
    def level(self) -> int:
        """What the packets say of their loudness, dBov."""
        return self.tone.level if self.speaking else SILENCE

    def _next(self) -> bytes:
        packets = self.tone.packets if self.speaking else self.tone.silence
        return packets[self.count % len(packets)]

    def tell_level(self, sender: RTCRtpSender) -> None:
        """Let the sender write the level into every packet."""
        plain = sender._next_encoded_frame

        async def leveled(codec: Any) -> Any:
            frame = await plain(codec)
            if frame is not None:
                frame.audio_level = self.level
            return frame

        _put(sender, "_next_encoded_frame", leveled)


# --- What a person receives


class Assembler(JitterBuffer):
    """Puts frames of VP8 together as a browser does.

    A frame is complete with its last packet. What is lost is waited for a moment; then a keyframe is asked for, and the
    first one that is complete is gone on with.
    """

    PATIENCE = 0.2  # seconds without a frame until a keyframe is asked for, and between two requests
    CAPACITY = 512

    def __init__(self) -> None:
        super().__init__(self.CAPACITY, is_video=True)
        self._waiting: dict[int, RtpPacket] = {}
        self._expected: int | None = None
        self._hope = False  # a keyframe has begun
        self._asked = -math.inf
        self._released = time.monotonic()

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Take a packet. Returns whether to ask for a keyframe now, and a frame if one can be shown."""
        if self._expected is not None and uint16_gt(self._expected, packet.sequence_number):
            return False, None
        self._waiting[packet.sequence_number] = packet
        self._hope = self._hope or _begins_keyframe(packet)
        frame = self._frame_from(self._expected) or self._keyframe_around(packet)
        if frame is None:
            return self._ask(), None
        self._released = time.monotonic()
        self._expected = uint16_add(frame[-1].sequence_number, 1)
        self._forget(self._expected)
        return False, JitterFrame(b"".join(_data(part) for part in frame), frame[0].timestamp)

    def _frame_from(self, sequence: int | None) -> list[RtpPacket] | None:
        """The packets of the frame that begins here, if all are here."""
        frame: list[RtpPacket] = []
        while sequence is not None and (packet := self._waiting.get(sequence)):
            frame.append(packet)
            if packet.marker:
                return frame
            sequence = uint16_add(sequence, 1)
        return None

    def _keyframe_around(self, packet: RtpPacket) -> list[RtpPacket] | None:
        sequence = packet.sequence_number
        while (before := self._waiting.get(uint16_add(sequence, -1))) and before.timestamp == packet.timestamp:
            sequence = before.sequence_number
        first = self._waiting[sequence]
        return self._frame_from(sequence) if _begins_keyframe(first) else None

    def _ask(self) -> bool:
        now = time.monotonic()
        stuck = not self._hope or now - self._released > self.PATIENCE
        if not stuck or now - self._asked < self.PATIENCE:
            return False
        self._asked = now
        return True

    def _forget(self, expected: int) -> None:
        for sequence in [sequence for sequence in self._waiting if uint16_gt(expected, sequence)]:
            del self._waiting[sequence]


def _begins_keyframe(packet: RtpPacket) -> bool:
    """RFC 7741: the descriptor's start bit and first partition, and the first bit of a keyframe."""
    data = _data(packet)
    return bool(data) and packet.payload[0] & 0x17 == 0x10 and not data[0] & 1


def _data(packet: RtpPacket) -> bytes:
    data: bytes = getattr(packet, "_data")  # noqa: B009  aiortc sets it before its jitter buffer, and declares it nowhere
    return data


class Nacks(NackGenerator):
    """Asks for what is missing until it comes, as a browser does."""

    INTERVAL = 0.05  # seconds

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0.0

    def add(self, packet: RtpPacket) -> bool:
        """Whether to ask now."""
        missed = super().add(packet)
        due = bool(self.missing) and time.monotonic() - self._asked > self.INTERVAL
        if missed or due:
            self._asked = time.monotonic()
        return missed or due


class Inbox(queue.Queue[Any]):
    """The queue before aiortc's decoder: counts complete frames, and lets them through only to be decoded."""

    def __init__(self, *, decode: bool) -> None:
        super().__init__()
        self.decode = decode
        self.arrivals: list[float] = []
        self.arrived: dict[int, float] = {}
        """When the frames that are being decoded came, by timestamp."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002
        """Take a codec and a frame, or None at the end."""
        if item is not None:
            self.arrivals.append(time.monotonic())
        if self.decode:
            if item is not None:
                self.arrived[item[1].timestamp] = self.arrivals[-1]
            super().put(item, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002
        """What the decoder's thread asks for; it ends at once if it has nothing to do."""
        return super().get(block, timeout) if self.decode else None


class Received:
    """One stream that a person receives."""

    def __init__(self, transceiver: RTCRtpTransceiver, *, decode: bool) -> None:
        self._receiver = transceiver.receiver
        self._inbox = Inbox(decode=decode)
        self._reader: asyncio.Task[None] | None = None
        _put(self._receiver, "_RTCRtpReceiver__decoder_queue", self._inbox)

    @property
    def arrivals(self) -> Sequence[float]:
        """When each complete frame came (`time.monotonic`)."""
        return self._inbox.arrivals

    @property
    def frames(self) -> int:
        """How many complete frames came."""
        return len(self.arrivals)

    def longest_gap(self, since: float) -> float:
        """Seconds: the longest time without a frame between `since` and now."""
        times = [since, *(at for at in self.arrivals if at > since), time.monotonic()]
        return max(after - before for before, after in pairwise(times))

    def start(self) -> None:
        """Read what is decoded, once negotiated."""
        if self._inbox.decode and self._reader is None:
            self._reader = asyncio.create_task(self._read(self._receiver.track))

    async def stop(self) -> None:
        """End reading."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    async def _read(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame | VideoFrame)
                self.take(frame, self._inbox.arrived.pop(frame.pts or 0, time.monotonic()))
        except MediaStreamError:
            return

    def take(self, frame: AudioFrame | VideoFrame, at: float) -> None:
        """A frame was decoded, whose last packet came `at`."""


class Video(Received):
    """Pictures; decoded, the newest one and the numbers in them."""

    def __init__(self, transceiver: RTCRtpTransceiver, *, decode: bool) -> None:
        super().__init__(transceiver, decode=decode)
        _put(self._receiver, "_RTCRtpReceiver__jitter_buffer", Assembler())
        _put(self._receiver, "_RTCRtpReceiver__nack_generator", Nacks())
        self.picture: VideoFrame | None = None
        self.numbers: list[int | None] = []
        """What was read from each picture."""
        self.source: Camera | None = None
        """Whose pictures these are; must be set for `delays`."""
        self.delays: list[tuple[float, float]] = []
        """When each readable picture came, and the seconds since it was sent, if that is less than the clip is long."""
        self.behind: list[int] = []
        """How many pictures had been sent after it by then."""

    def take(self, frame: AudioFrame | VideoFrame, at: float) -> None:
        """Keep the picture, and read its number."""
        assert isinstance(frame, VideoFrame)
        self.picture = frame
        number = read_number(_luma(frame))
        self.numbers.append(number)
        if self.source is not None and number in self.source.sent:
            self.delays.append((at, at - self.source.sent[number]))
            self.behind.append(self.source.count - self.source.places[number])

    def colour(self, box: tuple[float, float, float, float] = (0.25, 0.4, 0.75, 0.9)) -> Colour | None:
        """The mean colour in a part (left, top, right, bottom, each 0 to 1) of the newest picture, if there is one."""
        return mean_colour(self.picture, box) if self.picture else None

    def shows(self, colour: Colour, box: tuple[float, float, float, float] = (0.25, 0.4, 0.75, 0.9)) -> bool:
        """Whether that colour is seen there, give or take what encoding does to it."""
        seen = self.colour(box)
        return seen is not None and max(abs(a - b) for a, b in zip(seen, colour, strict=True)) < 40


def _luma(frame: VideoFrame) -> NDArray[np.uint8]:
    return _plane(frame, 0)[: frame.height, : frame.width]


def _plane(frame: VideoFrame, number: int) -> NDArray[np.uint8]:
    plane = frame.planes[number]
    pixels: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    return pixels.reshape(-1, plane.line_size)[: plane.height, : plane.width]


def mean_colour(frame: VideoFrame, box: tuple[float, float, float, float]) -> Colour:
    """The mean colour in a part of a picture (YUV 4:2:0, as ITU-R BT.601 has it).

    It is asked for again and again while a condition is waited for: to make all of the picture RGB would take the
    processor from those who are waited for.
    """
    left, top, right, bottom = box
    means = []
    for plane in (_plane(frame, number) for number in range(3)):
        height, width = plane.shape
        means.append(
            float(plane[int(top * height) : int(bottom * height), int(left * width) : int(right * width)].mean())
        )
    luma, blueness, redness = 1.164 * (means[0] - 16), means[1] - 128, means[2] - 128
    rgb = (luma + 1.596 * redness, luma - 0.392 * blueness - 0.813 * redness, luma + 2.017 * blueness)
    red, green, blue = (round(min(max(value, 0), 255)) for value in rgb)
    return red, green, blue


@cache
def _turns(hertz: float, count: int) -> NDArray[np.complex128]:
    """So many samples of a tone, faded in and out, of which the sum of all magnitudes is 2."""
    window = np.hanning(count)
    turns: NDArray[np.complex128] = np.exp(-2j * np.pi * hertz * np.arange(count) / RATE) * window * 2 / window.sum()
    return turns


class Audio(Received):
    """Sound; decoded, the last half second."""

    def __init__(self, transceiver: RTCRtpTransceiver, *, decode: bool) -> None:
        super().__init__(transceiver, decode=decode)
        self._ticks: deque[NDArray[np.float64]] = deque(maxlen=RATE // TICK // 2)

    def take(self, frame: AudioFrame | VideoFrame, at: float) -> None:  # noqa: ARG002
        """Keep the sound, both channels as one, 1.0 the loudest."""
        assert isinstance(frame, AudioFrame)
        samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))  # the channels alternate
        self._ticks.append(samples.mean(axis=1) / 32768)

    def level(self, hertz: float) -> float:
        """How loud a tone of this frequency is in the last half second: dB, a full sine is 0. -inf before that."""
        if len(self._ticks) < (self._ticks.maxlen or 0):
            return -math.inf
        sound = np.concatenate(self._ticks)
        amplitude = abs(np.dot(sound, _turns(hertz, len(sound))))
        return 20 * math.log10(max(amplitude, 1e-9))

    def hears(self, hertz: float, *, above: float = -40.0) -> bool:
        """Whether that tone is heard."""
        return self.level(hertz) > above

    @property
    def peak(self) -> float:
        """The loudest sample of the last half second, 1.0 at most."""
        return max((float(np.abs(tick).max()) for tick in self._ticks), default=0.0)


# --- The person


class Line:
    """The way between a connection and the network: loses a share of the packets of media, both ways.

    What sets up the connection passes: every packet of DTLS lost costs a second, and is no matter of media.
    """

    def __init__(self, connection: RTCPeerConnection, loss: float, chance: random.Random) -> None:
        self.loss = loss
        self.lost = 0
        self._chance = chance
        transport = connection.getTransceivers()[0].sender.transport.transport  # bundled: it is the only one
        self._send, self._recv = transport._send, transport._recv
        _put(transport, "_send", self._send_some)
        _put(transport, "_recv", self._recv_some)

    async def _send_some(self, data: bytes) -> None:
        if not self._loses(data):
            await self._send(data)

    async def _recv_some(self) -> bytes:
        while self._loses(data := await self._recv()):
            pass
        return data

    def _loses(self, data: bytes) -> bool:
        media = 127 < data[0] < 192  # RFC 7983
        lost = media and self._chance.random() < self.loss
        self.lost += lost
        return lost


class Client:
    """One person: one connection that sends, and one that receives. Made and used on the running event loop."""

    def __init__(self, clip: Clip, tone: Tone, *, decode: bool = False, loss: float = 0.0, seed: int = 0) -> None:
        self.clip, self.tone = clip, tone
        self.camera, self.microphone = Camera(clip), Microphone(tone)
        self.videos: list[Video] = []
        self.audios: list[Audio] = []
        self._decode, self._loss, self._chance = decode, loss, random.Random(seed)
        self._connections: list[RTCPeerConnection] = []
        self._lines: list[Line] = []

    async def send(self, exchange: Exchange) -> None:
        """Offer the clip and the tone, and send them once connected. Again: on a new connection, from the start."""
        self.camera, self.microphone = Camera(self.clip), Microphone(self.tone)
        connection = self._connection()
        video = connection.addTransceiver(self.camera, direction="sendonly")
        audio = connection.addTransceiver(self.microphone, direction="sendonly")
        _put(video.sender, "_send_keyframe", self.camera.ask_keyframe)
        self.microphone.tell_level(audio.sender)
        await self._offer(connection, exchange)

    async def watch(self, exchange: Exchange, streams: int = 1) -> None:
        """Offer to receive that many videos, and as many audios."""
        connection = self._connection()
        for kind in ("video", "audio") * streams:
            connection.addTransceiver(kind, direction="recvonly")
        self._receive(connection)
        await self._offer(connection, exchange)
        self._start()

    async def watch_offer(self, offer: RTCSessionDescription) -> RTCSessionDescription:
        """Receive whatever is offered. Returns the answer; so this is another client's `Exchange`, too."""
        connection = self._connection()
        await connection.setRemoteDescription(offer)
        self._receive(connection)
        self._lines.append(Line(connection, self._loss, self._chance))
        await connection.setLocalDescription(await connection.createAnswer())
        self._start()
        return connection.localDescription

    async def connected(self) -> None:
        """Wait until every connection is. Raises TimeoutError."""
        await until(lambda: all(connection.connectionState == "connected" for connection in self._connections))

    @property
    def loss(self) -> float:
        """The share of packets that get lost, each way; may be changed at any time."""
        return self._loss

    @loss.setter
    def loss(self, loss: float) -> None:
        self._loss = loss
        for line in self._lines:
            line.loss = loss

    @property
    def lost(self) -> int:
        """How many packets got lost by `loss`."""
        return sum(line.lost for line in self._lines)

    async def close(self) -> None:
        """End everything. The client can `send` and `watch` again."""
        for received in (*self.videos, *self.audios):
            await received.stop()
        await asyncio.gather(*(connection.close() for connection in self._connections))
        self.camera.stop()
        self.microphone.stop()
        for kept in (self.videos, self.audios, self._connections, self._lines):
            kept.clear()

    def _connection(self) -> RTCPeerConnection:
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self._connections.append(RTCPeerConnection(configuration))
        return self._connections[-1]

    async def _offer(self, connection: RTCPeerConnection, exchange: Exchange) -> None:
        for transceiver in connection.getTransceivers():
            codecs = RTCRtpSender.getCapabilities(transceiver.kind).codecs
            transceiver.setCodecPreferences([codec for codec in codecs if codec.name in {"VP8", "rtx", "opus"}])
        self._lines.append(Line(connection, self._loss, self._chance))
        await connection.setLocalDescription(await connection.createOffer())
        async with asyncio.timeout(WITHIN):
            await connection.setRemoteDescription(await exchange(connection.localDescription))

    def _receive(self, connection: RTCPeerConnection) -> None:
        for transceiver in connection.getTransceivers():
            if transceiver.kind == "video":
                self.videos.append(Video(transceiver, decode=self._decode))
            else:
                self.audios.append(Audio(transceiver, decode=self._decode))

    def _start(self) -> None:
        for received in (*self.videos, *self.audios):
            received.start()

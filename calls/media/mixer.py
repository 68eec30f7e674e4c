"""What each of many hears: the others mixed, without the own voice (mix-minus)."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av import AudioFrame
from numpy.typing import NDArray

from calls.media.packet import CLOCK_RATE, Packet, Unwrapper
from calls.media.source import Source
from calls.media.workers import SOUND

logger = logging.getLogger(__name__)

RATE = CLOCK_RATE["audio"]
SAMPLES = RATE // 50  # in 20 ms, the usual length of a packet (RFC 7587)
TICK = SAMPLES / RATE
AHEAD = 2 * SAMPLES  # what is kept of a voice before it is played, since packets come unevenly
MOST = 5 * SAMPLES  # what may be kept: more is delay
LOUDEST = 32_767
RELEASE = 0.05  # how much of the way back to full loudness per tick
BITRATE = 64_000  # per listener

Sound = NDArray[np.int16]
"""Samples by channels: n x 2."""

SILENT = np.zeros((SAMPLES, 2), dtype=np.int16)


class Voice:
    """One person's packets as samples, 20 ms at a time. A late packet is left out, and so is what makes a delay."""

    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("libopus", "r")
        self._resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        self._kept: Sound = np.zeros((0, 2), dtype=np.int16)
        self._playing = False
        self._sequences = Unwrapper(16)
        self._last: int | None = None

    def add(self, packets: Iterable[Packet]) -> None:
        """Decode these packets; what is broken is left out."""
        for packet in packets:
            if not packet.payload or not self._is_next(packet):  # to the decoder, nothing is the end
                continue
            try:
                frames = self._decoder.decode(av.Packet(packet.payload))
            except av.FFmpegError as error:
                logger.warning("Sound could not be decoded: %s", error)
                continue
            for frame in frames:
                for even in self._resampler.resample(frame):
                    self._kept = np.concatenate([self._kept, even.to_ndarray().reshape(-1, 2)])
        self._kept = self._kept[-MOST:]

    def _is_next(self, packet: Packet) -> bool:
        sequence, before = self._sequences.unwrap(packet.sequence), self._last
        self._last = sequence if before is None else max(before, sequence)
        return before is None or sequence > before

    def next(self) -> Sound:
        """The next 20 ms; silence while too little has come."""
        self._playing = len(self._kept) >= (SAMPLES if self._playing else AHEAD)
        if not self._playing:
            return SILENT
        sound, self._kept = self._kept[:SAMPLES], self._kept[SAMPLES:]
        return sound


class Ear(Source):
    """What one person hears."""

    def __init__(self) -> None:
        super().__init__("audio")
        self._gain = 1.0
        self._count = 0
        self._encoder = av.CodecContext.create("libopus", "w")
        self._encoder.bit_rate, self._encoder.format, self._encoder.layout = BITRATE, "s16", "stereo"
        self._encoder.sample_rate, self._encoder.time_base = RATE, Fraction(1, RATE)
        # Half of the effort takes two thirds of the time, and a voice at this bitrate sounds the same.
        self._encoder.options = {"application": "voip", "compression_level": "5"}

    def encode(self, sound: NDArray[np.int32], tick: int) -> list[Packet]:
        """The packets of these 20 ms, so many after the beginning, made quieter where they would clip."""
        frame = AudioFrame.from_ndarray(self._limited(sound).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, tick * SAMPLES, Fraction(1, RATE)
        return [self._packet(bytes(packet), tick) for packet in self._encoder.encode(frame)]

    def _limited(self, sound: NDArray[np.int32]) -> Sound:
        peak = int(np.abs(sound).max(initial=0))
        before = self._gain
        self._gain = min(before + RELEASE * (1 - before), LOUDEST / max(peak, 1))
        # It falls at once, and rises along the 20 ms.
        gains = np.linspace(min(before, self._gain), self._gain, len(sound))[:, np.newaxis]
        return (sound * gains).astype(np.int16)

    def _packet(self, payload: bytes, tick: int) -> Packet:
        self._count += 1
        return Packet(
            "opus",
            self._count & 0xFFFF,
            tick * SAMPLES & 0xFFFFFFFF,
            payload,
            marker=False,
            entry=True,
        )


class Mixer:
    """Mixes one room. It works while it has voices: one decoding per voice, one encoding per ear."""

    def __init__(self) -> None:
        self._voices: dict[Source, Voice] = {}
        self._ears: dict[str, Ear] = {}
        self._people: dict[Source, str] = {}
        self._came: dict[Source, list[Packet]] = {}
        self._work: asyncio.Task[None] | None = None

    def ear(self, who: str) -> Source | None:
        """What this person hears; None for whom nothing is mixed."""
        return self._ears.get(who)

    def listen(self, people: Mapping[Source, str], ears: Iterable[str]) -> None:
        """Mix these sources, each with whom it is of, for these people; no ears at all is the end of the work."""
        self._ears = {who: self._ears.get(who) or Ear() for who in ears}
        for source in self._people.keys() - people.keys():
            source.remove(self)
        self._people = dict(people)
        self._voices = {source: self._voices.get(source) or Voice() for source in people}
        for source in people:
            source.add(self)
        if self._ears and self._work is None:
            self._work = asyncio.create_task(self._run(), name="mixer")
        elif not self._ears and self._work:
            self._work.cancel()
            self._work = None

    def take(self, source: Source, packet: Packet) -> None:
        """A packet of one of the voices."""
        self._came.setdefault(source, []).append(packet)

    async def _run(self) -> None:
        loop, begin, tick = asyncio.get_running_loop(), time.monotonic(), 0
        while True:
            # What was missed for good is not made up for, but its time has passed.
            tick = max(tick + 1, int((time.monotonic() - begin) / TICK) - 1)
            await asyncio.sleep(max(begin + tick * TICK - time.monotonic(), 0))
            came, self._came = self._came, {}
            if ears := {who: ear for who, ear in self._ears.items() if ear.readers}:
                mixed = await loop.run_in_executor(SOUND, _mix, self._people, self._voices, came, ears, tick)
                for ear, packets in mixed:
                    for packet in packets:
                        ear.publish(packet)


def _mix(
    people: Mapping[Source, str],
    voices: Mapping[Source, Voice],
    came: Mapping[Source, list[Packet]],
    ears: Mapping[str, Ear],
    tick: int,
) -> list[tuple[Ear, list[Packet]]]:
    for source, voice in voices.items():
        voice.add(came.get(source, ()))
    sounds = {people[source]: voice.next().astype(np.int32) for source, voice in voices.items()}
    everybody: NDArray[Any] = sum(sounds.values(), start=SILENT.astype(np.int32))
    mine = {who: sounds.get(who, np.zeros_like(everybody)) for who in ears}
    return [(ear, ear.encode(everybody - mine[who], tick)) for who, ear in ears.items()]

"""Puts packets together to pictures that can be decoded."""

import time
from typing import NamedTuple

from calls.media.packet import Packet, Unwrapper

PATIENCE = 0.2  # seconds that a lost packet may take to be sent again


class Picture(NamedTuple):
    """One encoded picture."""

    codec: str
    timestamp: int
    """Without an end, in units of 1/90000 s."""
    payloads: tuple[bytes, ...]


class Assembler:
    """Gives out pictures in order, each at once when its last packet is there. What is lost for good costs all pictures
    up to the next keyframe, because each one builds on the one before."""

    def __init__(self) -> None:
        self._sequences, self._timestamps = Unwrapper(16), Unwrapper(32)
        self._packets: dict[int, Packet] = {}
        self._next: int | None = None
        self._gap_since: float | None = None

    @property
    def needs_keyframe(self) -> bool:
        """Nothing can be given out before one comes."""
        return self._next is None

    def add(self, packet: Packet) -> list[Picture]:
        """The pictures that are complete now."""
        sequence = self._sequences.unwrap(packet.sequence)
        if self._next is None and packet.entry:
            self._next = sequence
        if self._next is None or sequence < self._next:
            return []
        self._packets[sequence] = packet
        pictures = list(self._complete())
        self._mind_gap()
        return pictures

    def reset(self) -> None:
        """Begin anew with the next keyframe."""
        self._packets.clear()
        self._next = self._gap_since = None

    def _complete(self) -> list[Picture]:
        pictures: list[Picture] = []
        while (last := self._last_of_next()) is not None and self._next is not None:
            packets = [self._packets.pop(number) for number in range(self._next, last + 1)]
            timestamp = self._timestamps.unwrap(packets[-1].timestamp)
            pictures.append(Picture(packets[-1].codec, timestamp, tuple(packet.payload for packet in packets)))
            self._next = last + 1
        return pictures

    def _last_of_next(self) -> int | None:
        number = self._next
        while number is not None and (packet := self._packets.get(number)):
            if packet.marker:
                return number
            number += 1
        return None

    def _mind_gap(self) -> None:
        """A picture that has begun is no gap: its packets come one by one."""
        if not self._packets or self._contiguous():
            self._gap_since = None
            return
        now = time.monotonic()
        self._gap_since = self._gap_since or now
        if now - self._gap_since > PATIENCE:
            self.reset()

    def _contiguous(self) -> bool:
        first = self._next or 0
        return max(self._packets) - first + 1 == len(self._packets)

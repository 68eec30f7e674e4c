"""Puts packets together to pictures that can be decoded."""

import time
from typing import NamedTuple

from calls.limits import WAITING_BYTES, WAITING_PACKETS
from calls.media.packet import Packet, Unwrapper

PATIENCE = 0.2  # seconds that a lost packet may take to be sent again


class Picture(NamedTuple):
    """One encoded picture."""

    codec: str
    timestamp: int
    """Unwrapped, in units of 1/90000 s."""
    payloads: tuple[bytes, ...]


class Assembler:
    """Gives out pictures in order, each at once when its last packet is there. What is lost for good costs all pictures
    up to the next keyframe, because each one builds on the one before.

    A packet costs the same however many wait. Those from `_next` to `_gap` are there without a hole; any others came
    after something that is missing.
    """

    def __init__(self) -> None:
        self._sequences, self._timestamps = Unwrapper(16), Unwrapper(32)
        self._packets: dict[int, Packet] = {}
        self._bytes = 0
        self._next: int | None = None
        self._gap = 0
        self._gap_since: float | None = None

    @property
    def needs_keyframe(self) -> bool:
        """Nothing can be given out before one comes."""
        return self._next is None

    def add(self, packet: Packet) -> list[Picture]:
        """The pictures that are complete now."""
        sequence = self._sequences.unwrap(packet.sequence)
        if self._next is None and packet.entry:
            self._next = self._gap = sequence
        if self._next is None or sequence < self._next or sequence in self._packets:
            return []
        self._packets[sequence] = packet
        self._bytes += len(packet.payload)
        pictures = self._complete()
        self._mind_gap()
        if len(self._packets) > WAITING_PACKETS or self._bytes > WAITING_BYTES:
            self.reset()
        return pictures

    def reset(self) -> None:
        """Begin again with the next keyframe."""
        self._packets.clear()
        self._bytes = 0
        self._next = self._gap_since = None

    def _complete(self) -> list[Picture]:
        pictures = []
        while packet := self._packets.get(self._gap):
            self._gap += 1
            if packet.marker:
                pictures.append(self._taken())
        return pictures

    def _taken(self) -> Picture:
        """The picture that ends before the gap."""
        packets = [self._packets.pop(number) for number in range(self._next or 0, self._gap)]
        self._next = self._gap
        self._bytes -= sum(len(packet.payload) for packet in packets)
        last = packets[-1]
        return Picture(last.codec, self._timestamps.unwrap(last.timestamp), tuple(packet.payload for packet in packets))

    def _mind_gap(self) -> None:
        """A picture that has begun is no gap: its packets come one by one."""
        if len(self._packets) == self._gap - (self._next or 0):
            self._gap_since = None
            return
        now = time.monotonic()
        self._gap_since = self._gap_since or now
        if now - self._gap_since > PATIENCE:
            self.reset()

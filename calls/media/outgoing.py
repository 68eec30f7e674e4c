"""What one connection sends: a single RTP stream without a seam, whichever source it comes from."""

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from calls.media.packet import CLOCK_RATE, Packet, Unwrapper
from calls.media.source import Source
from calls.media.timeline import Timeline

if TYPE_CHECKING:
    from calls.media.stage import Slot

Send = Callable[[Packet, int, int, float | None], None]
"""Sends a packet under this sequence number and timestamp. For the first packet of a frame, the last argument says when
it was made, on the monotonic clock."""


class OutgoingTrack(MediaStreamTrack):
    """A track that shows what it is told to show. It cuts over to another source at a keyframe of that source, and
    goes on with the one before until then; sequence numbers and timestamps run on. It has one reader, a sender."""

    def __init__(self, slot: "Slot") -> None:
        super().__init__()
        self.kind = slot.kind
        self._slot = slot
        self._send: Send | None = None
        self._source: Source | None = None
        self._wanted: Source | None = None
        self._sequence = random.randrange(1 << 15)
        self._timestamp = random.randrange(1 << 31)
        self._sent_at = 0.0
        self._cut: _Cut | None = None
        self._held: int | None = None
        self._rests_until = 0.0

    async def recv(self) -> NoReturn:
        """Never used: packets are pushed. Raises MediaStreamError, as an ended track does."""
        raise MediaStreamError

    def begin(self, send: Send) -> None:
        """A sender is ready."""
        if self.readyState == "live":
            self._send = send
            self._slot.began(self)

    def stop(self) -> None:
        """End the track. From any thread."""
        super().stop()
        if not self._slot.loop.is_closed():
            self._slot.loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self._slot.ended(self)
        self.show(None)
        self._send = None

    def show(self, source: Source | None, bitrate: int | None = None) -> None:
        """Show this source as soon as it has a keyframe; nothing at all, at once, for None. Its sender is held to so
        many bits per second, if to any."""
        held, self._held = self._held, bitrate
        if bitrate != held and self._source and self._source is not source:
            self._source.limit(self, bitrate)
        if source and (bitrate != held or (source is not self._wanted and bitrate is not None)):
            source.limit(self, bitrate)
        self._want(source)

    def _want(self, source: Source | None) -> None:
        before, self._wanted = self._wanted, source
        if before is source:
            return
        if before and before is not self._source:
            before.remove(self)
        if source is None and self._source:
            self._source.remove(self)
            self._source = None
        if source and source is not self._source:
            source.add(self)
            source.request_keyframe()

    def take(self, source: Source, packet: Packet) -> None:
        """Send a packet of the source that is on, or begin with the one that is wanted."""
        if source is not self._source and not self._cut_over(source, packet):
            return
        if self._cut and self._send and (place := self._cut.place(packet)):
            sequence, timestamp, made_at = place
            self._sequence = max(self._sequence, sequence)
            if made_at is not None:
                self._timestamp, self._sent_at = timestamp, time.monotonic()
            self._send(packet, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, made_at)

    def _cut_over(self, source: Source, packet: Packet) -> bool:
        if source is not self._wanted or time.monotonic() < self._rests_until:
            return False
        if not packet.entry:
            source.request_keyframe()
            return False
        if self._source:
            self._source.remove(self)
        self._source = source
        passed = round((time.monotonic() - self._sent_at) * CLOCK_RATE[self.kind]) if self._sent_at else 0
        self._cut = _Cut(packet, self._sequence + 1, self._timestamp + max(passed, 1), CLOCK_RATE[self.kind])
        return True

    # What the other side says of the stream

    def request_keyframe(self) -> None:
        """It has lost the picture (PLI or FIR, RFC 4585 and 5104)."""
        if self._source:
            self._source.request_keyframe()

    def limit(self, bitrate: int | None) -> None:
        """The viewer's line carries so many bits per second of pictures, when they are fewer than it is sent."""
        self._slot.limit(bitrate)

    def rest(self, seconds: float) -> None:
        """Send nothing for so long, then go on at a keyframe."""
        if self._source and self._source is not self._wanted:
            self._source.remove(self)
        self._source, self._rests_until = None, time.monotonic() + seconds


class _Cut:
    """From one cut to the next: where in the stream the source's packets go."""

    def __init__(self, first: Packet, sequence: int, timestamp: int, clock_rate: int) -> None:
        self._sequences, self._timestamps = Unwrapper(16), Unwrapper(32)
        self._first = self._sequences.unwrap(first.sequence)
        self._later = sequence - self._first
        self._shift = timestamp - self._timestamps.unwrap(first.timestamp)
        self._timeline = Timeline(clock_rate)
        self._newest: int | None = None

    def place(self, packet: Packet) -> tuple[int, int, float | None] | None:
        """Sequence number, timestamp and, for the first packet of a frame, when it was made; None: it was cut off."""
        sequence = self._sequences.unwrap(packet.sequence)
        if sequence < self._first:
            return None
        timestamp, made_at = self._timestamps.unwrap(packet.timestamp), None
        if self._newest is None or timestamp > self._newest:
            self._newest = timestamp
            made_at = self._timeline.place(timestamp, time.monotonic())
        return sequence + self._later, timestamp + self._shift, made_at

"""Where packets come from: a browser, an encoder or a mixer. Whoever wants them adds themselves as a reader."""

import logging
import time
from typing import Protocol

from calls.media.packet import Packet

logger = logging.getLogger(__name__)

KEYFRAME_EVERY = 0.3  # seconds; more often, keyframes would take the bits that the pictures between them need


class Reader(Protocol):
    """Whoever gets the packets of a source."""

    def take(self, source: "Source", packet: Packet) -> None:
        """Handle one packet, at once: the next one waits for it."""


class Source:
    """One RTP stream of this process. All of it runs on the event loop."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.readers: tuple[Reader, ...] = ()
        self._limits: dict[Reader, int] = {}
        self._asked_at = float("-inf")

    def add(self, reader: Reader) -> None:
        """Let the reader have every packet from now on; video begins to make sense at the next keyframe."""
        if reader not in self.readers:
            self.readers = (*self.readers, reader)
            self.readers_changed()

    def remove(self, reader: Reader) -> None:
        """Let the reader have no more packets; removing twice is no error."""
        if reader in self.readers:
            self.readers = tuple(other for other in self.readers if other is not reader)
            self.readers_changed()
            self.limit(reader, None)

    def publish(self, packet: Packet) -> None:
        """Hand a packet to every reader."""
        for reader in self.readers:
            try:
                reader.take(self, packet)
            except Exception:  # one reader's fault must reach neither the sender nor the others
                logger.exception("A packet could not be handed on")

    def request_keyframe(self) -> None:
        """A reader cannot go on without one. Asked often, the sender is told at most every KEYFRAME_EVERY seconds."""
        now = time.monotonic()
        if now - self._asked_at >= KEYFRAME_EVERY:
            self._asked_at = now
            self.pass_request_keyframe()

    def limit(self, reader: Reader, bitrate: int | None) -> None:
        """A reader can take this many bits per second and no more; None: any number. The smallest limit counts."""
        if bitrate is None:
            self._limits.pop(reader, None)
        else:
            self._limits[reader] = bitrate
        self.pass_limit(min(self._limits.values(), default=None))

    # What kinds of sources do in their own ways: what the readers ask for is passed on to who sends

    @property
    def bitrate(self) -> int:
        """Bits per second that it takes, as far as is known."""
        return 0

    def readers_changed(self) -> None:
        """Somebody came or went."""

    def pass_request_keyframe(self) -> None:
        """Make the sender begin anew with a picture that needs no other one."""

    def pass_limit(self, bitrate: int | None) -> None:
        """The slowest reader's limit in bits per second, None without any."""

"""What one viewer is sent again when they ask for it (NACK, RFC 4585): each packet at most once per round trip, and all
of them within a share of what the viewer can take. On a line that is too weak nearly every packet is asked for, and
answers to all requests would leave no room for anything else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calls.limits import NACKED_PACKETS
from calls.media.budget import Budget
from calls.media.packet import Packet

HISTORY = 512  # packets that can be sent again; a power of two, so that numbers run on where they begin again
USEFUL = 1.0  # seconds; a viewer who has waited for longer goes on at a keyframe
SHARE = 0.25  # of the bitrate
AT_ONCE = 0.25  # seconds of the bitrate that may be sent again together, after a time without loss
LEAST = 100_000  # bits per second that the share is taken of at least


@dataclass(slots=True)
class Sent:
    """A packet as it was sent."""

    sequence: int
    timestamp: int
    packet: Packet
    at: float
    """Seconds on a steady clock."""
    again_at: float = float("-inf")


class Resends:
    """Remembers what one viewer was sent."""

    def __init__(self, now: float) -> None:
        self._sent: list[Sent | None] = [None] * HISTORY
        self._budget = Budget(0.0, LEAST / 8 * AT_ONCE, now)

    def keep(self, sent: Sent) -> None:
        """Keep a packet in case that it is asked for."""
        self._sent[sent.sequence % HISTORY] = sent

    def answer(self, numbers: Sequence[int], now: float, round_trip: float, bitrate: float) -> Iterator[Sent]:
        """What to send again of these, to a viewer who can take so many bits per second, `round_trip` seconds away."""
        most = max(bitrate, LEAST) / 8
        self._budget.allow(SHARE * most, AT_ONCE * most, now)
        for number in numbers[:NACKED_PACKETS]:
            sent = self._sent[number % HISTORY]
            if sent and sent.sequence == number & 0xFFFF and self._is_due(sent, now, round_trip):
                sent.again_at = now
                yield sent

    def _is_due(self, sent: Sent, now: float, round_trip: float) -> bool:
        in_time = now - sent.at < USEFUL and now - sent.again_at >= round_trip
        return in_time and self._budget.takes(len(sent.packet.payload), now)

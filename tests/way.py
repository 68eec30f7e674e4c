"""One direction of a network that is slow, long or lossy."""

import random
from dataclasses import dataclass


@dataclass
class Way:
    """One direction of a line; may be changed while packets pass."""

    rate: float | None = None
    """Bits per second, of whole IP packets; None for any."""
    queue: int = 25_000
    """Bytes that may wait for the rate; what comes on top is dropped."""
    delay: float = 0.0
    """Seconds."""
    jitter: float = 0.0
    """Seconds: each packet is as much earlier or later at most, and may so overtake others."""
    loss: float = 0.0
    """The share of packets that is lost by chance."""
    passed: int = 0
    dropped: int = 0
    _free_at: float = 0.0

    def due(self, size: int, now: float, chance: random.Random) -> float | None:
        """When a packet of so many bytes arrives, if it does."""
        waiting = max(self._free_at - now, 0.0)
        if chance.random() < self.loss or (self.rate and waiting * self.rate / 8 + size > self.queue):
            self.dropped += 1
            return None
        self.passed += 1
        self._free_at = now + waiting + (size * 8 / self.rate if self.rate else 0.0)
        return self._free_at + self.delay + chance.uniform(-self.jitter, self.jitter)

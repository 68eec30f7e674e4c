"""How much a browser may send: it takes an estimate (REMB) to be of its whole connection, whatever stream it names."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

STALE = 2.0  # seconds; a stream that carries nothing has no part in it


class Estimate(NamedTuple):
    bitrate: int
    """Bits per second."""
    streams: tuple[int, ...]
    """The SSRCs that it is for."""


class Estimates:
    """The estimates of one connection's receivers, which come about twice a second while packets do."""

    def __init__(self) -> None:
        self._last: dict[Hashable, tuple[float, Estimate]] = {}

    def with_that_of(self, receiver: Hashable, bitrate: int, streams: Iterable[int], now: float) -> Estimate:
        """All of them together, when a receiver has estimated so much, in bits per second, at `now` in seconds."""
        self._last[receiver] = now, Estimate(bitrate, tuple(streams))
        self._last = {key: (at, each) for key, (at, each) in self._last.items() if now - at < STALE}
        lasting = [each for _, each in self._last.values()]
        return Estimate(sum(each.bitrate for each in lasting), tuple(ssrc for each in lasting for ssrc in each.streams))

"""What one viewer's line carries, and how the pictures that they watch share it.

A picture comes in layers: as large as its sender makes it and, of a camera, small. Who cannot take the large one takes
the small one, and slows nobody else down. A sender is slowed down only by a viewer who is alone in watching it, or who
has no smaller choice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from calls.media.source import Source

FITS, STAYS = 1.15, 0.9  # times its bitrate: what has to be free for a larger layer, and what it is kept with


@dataclass(frozen=True, slots=True)
class Layers:
    """One picture, in the sizes that there are of it."""

    large: Source | None = None
    small: Source | None = None

    @property
    def least(self) -> Source | None:
        """The one that takes the fewest bits: of a picture in which nothing happens, that may be the large one."""
        return min(filter(None, (self.small, self.large)), key=lambda layer: layer.bitrate, default=None)


class Share(Protocol):
    """A picture that the viewer watches."""

    layers: Layers
    wants_large: bool
    """It is shown so large that the small layer would be seen to be small."""
    source: Source | None
    """What is taken of it now."""

    def take(self, source: Source | None, bitrate: int | None) -> None:
        """Show this from now on, in so many bits per second at most; the same again is free."""

    def is_alone(self, source: Source) -> bool:
        """Whether nobody else reads this source."""


class Allotment:
    """Divides what a line carries among the pictures that go over it, those that are shown large first."""

    def __init__(self, shares: Iterable[Share]) -> None:
        self._shares = tuple(shares)
        self._limit: int | None = None

    def limit(self, bitrate: int | None) -> None:
        """The line carries so many bits per second of pictures; None: any number."""
        self._limit = bitrate
        self.divide()

    def divide(self) -> None:
        """Have each picture take what it can. Free where nothing has changed."""
        for share in self._shares:
            if not share.layers.large:
                share.take(None, None)
        watched = [share for share in self._shares if share.layers.large]
        watched.sort(key=lambda share: not share.wants_large)
        if self._limit is None:
            for share in watched:
                share.take(share.layers.large if share.wants_large else share.layers.small or share.layers.large, None)
        else:
            self._divide(watched, self._limit)

    def _divide(self, watched: list[Share], limit: int) -> None:
        watched = self._affordable(watched, limit)
        taken, left = {id(share): share.layers.least for share in watched}, float(limit)
        left -= sum(_cost(share.layers.least) for share in watched)
        for share in watched:
            large, least = share.layers.large, share.layers.least
            if share.wants_large and large is not least and large:
                more = _cost(large) - _cost(least)
                enough = left >= more * (STAYS if share.source is large else FITS)
                if enough or (share.is_alone(large) and len(watched) == 1):
                    taken[id(share)] = large
                    left -= more
        costs = sum(_cost(source) for source in taken.values()) or 1
        for share in watched:
            source = taken[id(share)]
            if source is None:
                continue
            held = share.is_alone(source) or source is share.layers.large is share.layers.least
            share.take(source, int(limit * _cost(source) / costs) if held else None)

    @staticmethod
    def _affordable(watched: list[Share], limit: int) -> list[Share]:
        """The pictures that the line carries at least in their smallest layers, or the one that takes the least: of the
        others there is sound alone. Of what comes in one size, its sender makes as little as fits."""
        left, found = float(limit), list[Share]()
        for share in watched:
            cost = _cost(share.layers.small and share.layers.least) * (STAYS if share.source else FITS)
            if cost <= left:
                found.append(share)
                left -= cost
        found = found or sorted(watched, key=lambda share: _cost(share.layers.least))[:1]
        for share in watched:
            if not any(share is each for each in found):
                share.take(None, None)
        return found


def _cost(source: Source | None) -> int:
    """Bits per second that it takes."""
    return max(source.bitrate, 1) if source else 0

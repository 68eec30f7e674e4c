"""What a participant watches and hears, in slots: what is in one changes without a new negotiation."""

import asyncio
from collections.abc import Iterable
from typing import NoReturn

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from calls.media.allotment import Allotment, Layers
from calls.media.outgoing import OutgoingTrack
from calls.media.source import Source


class Slot:
    """What one person is shown in one m-line, on each connection that is open for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, kind: str) -> None:
        self.loop, self.kind = loop, kind
        self.layers, self.wants_large = Layers(), True
        self.source: Source | None = None
        """What is shown of them, or will be from its next keyframe on."""
        self.allotment = Allotment([self])
        """What the viewer's line carries; the slots of a stage have one together."""
        self._bitrate: int | None = None
        self._tracks: set[OutgoingTrack] = set()

    def open(self) -> OutgoingTrack:
        """A new track, for one connection. From any thread."""
        return OutgoingTrack(self)

    def show(self, source: Source | None, small: Source | None = None, *, large: bool = True) -> None:
        """Show this from now on, or the small layer of it: where `large` is not asked for, and where the line carries
        no more. The same again is free."""
        layers = Layers(source, small)
        if (layers, large) != (self.layers, self.wants_large):
            self.layers, self.wants_large = layers, large
            self.allotment.divide()

    def take(self, source: Source | None, bitrate: int | None) -> None:
        """Show this layer from its next keyframe on, in so many bits per second at most; the same again is free."""
        if (source, bitrate) != (self.source, self._bitrate):
            self.source, self._bitrate = source, bitrate
            for track in tuple(self._tracks):
                track.show(source, bitrate)

    def is_alone(self, source: Source) -> bool:
        """Whether nobody else reads this source."""
        return all(reader in self._tracks for reader in source.readers)

    def limit(self, bitrate: int | None) -> None:
        """The viewer's line carries so many bits per second of all pictures."""
        self.allotment.limit(bitrate)

    def began(self, track: OutgoingTrack) -> None:
        """A connection has begun to send this track."""
        self._tracks.add(track)
        track.show(self.source, self._bitrate)

    def ended(self, track: OutgoingTrack) -> None:
        """A connection sends this track no more."""
        self._tracks.discard(track)


class SlotTracks(MediaStreamTrack):
    """Stands for the tracks of all slots of one kind where a library knows a single track: a connection of
    `calls.media.rtc` sends the next one of them in each m-line. Nobody reads it."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        super().__init__()
        self._slots = tuple(slots)
        self.kind = self._slots[0].kind
        self._next = 0

    def next(self) -> tuple[int, OutgoingTrack] | None:
        """The number of the next slot, and a track for it; None where there is no further one."""
        number, self._next = self._next, self._next + 1
        return (number, self._slots[number].open()) if number < len(self._slots) else None

    async def recv(self) -> NoReturn:
        """Never used. Raises MediaStreamError, as an ended track does."""
        raise MediaStreamError


class Stage:
    """The slots of one viewer: each has a picture, and the sound that belongs to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, slots: int) -> None:
        self.video = tuple(Slot(loop, "video") for _ in range(slots))
        allotment = Allotment(self.video)
        for slot in self.video:
            slot.allotment = allotment
        self.audio = tuple(Slot(loop, "audio") for _ in range(slots))

    def open(self) -> tuple[SlotTracks, SlotTracks]:
        """The tracks of one connection: those of the pictures, those of the sounds. From any thread."""
        return SlotTracks(self.video), SlotTracks(self.audio)

    def show(self, number: int, video: Layers, audio: Source | None, *, large: bool = True) -> None:
        """Show and play these in a slot from now on."""
        self.video[number].show(video.large, video.small, large=large)
        self.audio[number].show(audio)

    def clear(self) -> None:
        """Show nothing any more."""
        for number in range(len(self.video)):
            self.show(number, Layers(), None)

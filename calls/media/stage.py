"""What a participant watches and hears. It shows what it is pointed at, without a new negotiation."""

import asyncio

from calls.media.outgoing import OutgoingTrack
from calls.media.source import Source


class Screen:
    """What one person is shown, of one kind, on each connection that is open for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, kind: str) -> None:
        self.loop, self.kind = loop, kind
        self.source: Source | None = None
        """What is shown, or will be from its next keyframe on."""
        self._tracks: set[OutgoingTrack] = set()

    def open(self) -> OutgoingTrack:
        """A new track, for one connection. From any thread."""
        return OutgoingTrack(self)

    def show(self, source: Source | None) -> None:
        """Show this from now on; the same again is free."""
        self.source = source
        for track in tuple(self._tracks):
            track.show(source)

    def began(self, track: OutgoingTrack) -> None:
        """A connection has begun to send this track."""
        self._tracks.add(track)
        track.show(self.source)

    def ended(self, track: OutgoingTrack) -> None:
        """A connection sends this track no more."""
        self._tracks.discard(track)


class Stage:
    """A screen for the picture and one for the sound."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.video, self.audio = Screen(loop, "video"), Screen(loop, "audio")

    def show(self, video: Source | None, audio: Source | None) -> None:
        """Show and play these from now on."""
        self.video.show(video)
        self.audio.show(audio)

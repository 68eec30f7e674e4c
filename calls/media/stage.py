"""What a participant watches and hears. It shows whatever feed the hub points at it, without a new negotiation."""

import asyncio
from collections import deque

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

Frame = AudioFrame | VideoFrame

# How many frames may wait for the sender: of a picture only the newest counts, of sound 200 ms bridge a busy moment.
WAITING = {"video": 1, "audio": 10}


class StageTrack(MediaStreamTrack):
    """One connection's track of a stage. It has one reader, the connection's sender, and ends with it."""

    def __init__(self, stage: "Stage", kind: str) -> None:
        super().__init__()
        self.kind = kind
        self._stage = stage
        self._frames: deque[Frame] = deque(maxlen=WAITING[kind])
        self._wake = asyncio.Event()

    async def recv(self) -> Frame:
        """The next frame; waits as long as nobody is on the stage. Raises MediaStreamError once stopped."""
        while self.readyState == "live":
            self._stage.tracks.add(self)
            if self._frames:
                return self._frames.popleft()
            self._wake.clear()
            await self._wake.wait()
        raise MediaStreamError

    def put(self, frame: Frame) -> None:
        """Hand over a frame; the oldest one goes when too many wait."""
        self._frames.append(frame)
        self._wake.set()

    def wake(self) -> None:
        """Let a waiting `recv` look again."""
        self._wake.set()

    def stop(self) -> None:
        """End the track, from any thread."""
        super().stop()
        self._stage.drop(self)


class Stage:
    """The tracks of one participant's stage that somebody reads right now."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.tracks: set[StageTrack] = set()

    def open(self, kind: str) -> StageTrack:
        """A new track of this stage, for one connection. `kind` is "video" or "audio". From any thread."""
        return StageTrack(self, kind)

    def show(self, frame: Frame) -> None:
        """Send a frame to whoever watches."""
        kind = "video" if isinstance(frame, VideoFrame) else "audio"
        for track in self.tracks:
            if track.kind == kind:
                track.put(frame)

    def drop(self, track: StageTrack) -> None:
        """Forget a track that was stopped. From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._drop, track)

    def close(self) -> None:
        """End every track of this stage."""
        for track in tuple(self.tracks):
            track.stop()

    def _drop(self, track: StageTrack) -> None:
        self.tracks.discard(track)
        track.wake()

"""What a participant sends, after the effects: read once, and handed to every stage that shows it."""

import asyncio
from collections.abc import Callable

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from calls.media.stage import Frame, Stage
from calls.media.timeline import Timeline

Subscribe = Callable[[MediaStreamTrack], MediaStreamTrack]


class Feed:
    """One participant's picture and sound. Its sources change when the participant's connection does."""

    def __init__(self, loop: asyncio.AbstractEventLoop, subscribe: Subscribe) -> None:
        self._loop, self._subscribe = loop, subscribe
        self._readers: dict[str, tuple[MediaStreamTrack, asyncio.Task[None]]] = {}
        self.stages: frozenset[Stage] = frozenset()
        """Who watches, set by the hub."""

    def carry(self, *sources: MediaStreamTrack | None) -> None:
        """Read these tracks from now on, each instead of the last of its kind. From any thread; the same again is free.

        `subscribe` is asked for a proxy of each, since a track can have one reader only (aiortc's MediaRelay).
        """
        for source in sources:
            if source is not None and not self._reads(source):
                self._loop.call_soon_threadsafe(self._read, source)

    def close(self) -> None:
        """Stop reading."""
        for _, task in self._readers.values():
            task.cancel()
        self._readers.clear()

    def _reads(self, source: MediaStreamTrack) -> bool:
        return source.kind in self._readers and self._readers[source.kind][0] is source

    def _read(self, source: MediaStreamTrack) -> None:
        if self._reads(source):
            return
        if source.kind in self._readers:
            self._readers[source.kind][1].cancel()
        task = self._loop.create_task(self._pump(self._subscribe(source)), name=f"feed-{source.kind}")
        self._readers[source.kind] = source, task

    async def _pump(self, track: MediaStreamTrack) -> None:
        timeline = Timeline()
        try:
            while True:
                frame = await track.recv()
                if self.stages and isinstance(frame, AudioFrame | VideoFrame):
                    placed = _placed(frame, timeline)
                    for stage in self.stages:
                        stage.show(placed)
        except MediaStreamError:
            return  # the source ended: the participant stopped sending, or is gone
        finally:
            track.stop()


def _placed(frame: Frame, timeline: Timeline) -> Frame:
    """The frame on the process's timeline. Pictures are copied: the participant's own preview shows the same object."""
    placed = VideoFrame.from_ndarray(frame.to_ndarray(), frame.format.name) if isinstance(frame, VideoFrame) else frame
    if frame.pts is not None and frame.time_base is not None:
        placed.pts, placed.time_base = timeline.place(frame.pts, frame.time_base), frame.time_base
    return placed

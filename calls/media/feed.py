"""What a participant sends: the browser's own packets or, while an effect is on, what the effect makes of them."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiortc import MediaStreamTrack

from calls.effects.chain import Chain
from calls.media.allotment import Layers
from calls.media.dimensions import LARGEST, Size
from calls.media.rendering import Rendering
from calls.media.rtc.receiver import Incoming, source_of
from calls.media.source import Source
from calls.media.stage import Slot

SMALL, SCREEN = 1, 2  # which of the pictures
SMALL_BITRATE = 150_000  # bits per second at most
SCREEN_BITRATE = 2_500_000  # bits per second at most; a text that has changed is readable at once


@dataclass(frozen=True, slots=True)
class Sending:
    """What a person's connection sends."""

    tracks: tuple[MediaStreamTrack, ...]
    """In the order of their m-lines, which is components/browser/media_sections.js's. Of the sounds the first is the
    microphone's and the second the screen's; of the pictures the first is the camera's, the second the same one small,
    and the third the screen."""
    bitrate: int
    """The most bits per second that the camera's picture may take."""

    def track(self, kind: str, number: int) -> MediaStreamTrack | None:
        """One of the tracks of a kind; None where there are not so many."""
        tracks = [track for track in self.tracks if track.kind == kind]
        return tracks[number] if number < len(tracks) else None


NOTHING = Sending((), 0)


class Feed:
    """What one person sends, for as long as the person's tab is open. It outlives connections."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        changed: Callable[[], None],
        *,
        ask: Callable[["Feed", tuple[str, ...]], None] = lambda feed, layers: None,  # noqa: ARG005
        largest: Size = LARGEST,
    ) -> None:
        """`changed` is called when there is another picture or sound, and `ask` when other layers of the camera's
        picture are to be sent than before: "large", "small". No picture larger than `largest` is decoded."""
        self.preview = Slot(loop, "video")
        """The person's own picture, as others see it."""
        self.rendering: Rendering | None = None
        """Where the pixels are, for whoever needs them."""
        self.chain = Chain(changed=self._refresh_soon)
        """The effects that the person has chosen."""
        self._loop, self._changed, self._largest = loop, changed, largest
        self._ask, self._asked = ask, ("large",)
        self._sends_back = False
        self._sending = NOTHING
        self._original: Incoming | None = None
        self._bitrate = 0

    def carry(self, tracks: Iterable[MediaStreamTrack], bitrate: int) -> None:
        """Send what comes with these tracks, which are in the order of their m-lines; the camera's picture may take so
        many bits per second. From any thread; the same again is free."""
        sending = Sending(tuple(tracks), bitrate)
        if sending != self._sending:
            self._sending = sending
            self._loop.call_soon_threadsafe(self._carry, sending)

    def send_back(self, wanted: bool) -> None:  # noqa: FBT001
        """Whether the person's own browser gets the picture, too. From any thread; the same again is free."""
        if wanted != self._sends_back:
            self._sends_back = wanted
            self._refresh_soon()

    @property
    def video(self) -> Source | None:
        """What the others see; None without a camera."""
        if self._original is None or self._original.ended:
            return None
        return self.rendering if self.chain.active else self._original

    @property
    def audio(self) -> Source | None:
        """What the others hear; None without a microphone."""
        return _lasting(self._sending.track("audio", 0))

    @property
    def screen(self) -> Source | None:
        """Where the picture of a screen comes from, while one is shared."""
        return _lasting(self._sending.track("video", SCREEN))

    @property
    def layers(self) -> Layers:
        """The camera's picture, in the sizes that there are of it: what an effect makes has one."""
        small = None if self.chain.active else _lasting(self._sending.track("video", SMALL))
        return Layers(self.video, small)

    @property
    def screen_sound(self) -> Source | None:
        """Where the sound of a screen comes from, if the browser gives one."""
        return _lasting(self._sending.track("audio", 1))

    def _carry(self, sending: Sending) -> None:
        original, self._bitrate = source_of(sending.track("video", 0)), sending.bitrate
        if original is not self._original:
            self._original = original
            self.rendering = self._render(original) if original else None
        for track in sending.tracks:
            track.once("ended", self._refresh)
        if original:
            original.cap(sending.bitrate)
        if screen := source_of(sending.track("video", SCREEN)):
            screen.cap(SCREEN_BITRATE)
        if small := source_of(sending.track("video", SMALL)):
            small.cap(SMALL_BITRATE)
            for source in filter(None, (original, small)):
                source.on_readers = self._ask_soon
        self._refresh()

    def _ask_soon(self) -> None:
        """A viewer has come to a layer, or gone from one: in the next turn of the loop, the others have, too."""
        self._loop.call_soon(self._ask_for_layers)

    def _ask_for_layers(self) -> None:
        """Of a picture that nobody watches the large layer is sent, so that it is there at once."""
        small = _lasting(self._sending.track("video", SMALL))
        is_small = small is not None and bool(small.readers)
        is_large = not is_small or (self._original is not None and bool(self._original.readers))
        asked = (*(("large",) if is_large else ()), *(("small",) if is_small else ()))
        if asked != self._asked:
            self._asked = asked
            self._ask(self, asked)

    def _render(self, original: Source) -> Rendering:
        return Rendering(original, self.chain, lambda: self._bitrate, largest=self._largest, refuse=self.chain.give_up)

    def _refresh_soon(self) -> None:
        self._loop.call_soon_threadsafe(self._refresh)

    def _refresh(self) -> None:
        self.preview.show(self.video if self._sends_back else None)
        self._changed()


def _lasting(track: MediaStreamTrack | None) -> Incoming | None:
    source = source_of(track)
    return None if source is None or source.ended else source

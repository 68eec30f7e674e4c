"""What a viewer has seen of a clock that somebody films, and what can be told from it."""

from dataclasses import dataclass
from math import inf, nan

WIDTH, HEIGHT = 640, 480
GOOD = 1_000  # kbit/s
WINDOW = 1.0  # seconds that a bitrate is taken over


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the viewer's statistics (W3C's RTCInboundRtpStreamStats)."""

    when: float
    """Seconds after connecting."""
    received: int
    """Bytes of video so far."""
    decoded: int
    """Frames so far."""
    width: int
    height: int
    held: float
    """Seconds, summed over all frames, from a frame's first packet to its decoder: what the jitter buffer added."""
    emitted: int
    """How many frames those are."""


NOTHING = Sample(when=-inf, received=0, decoded=0, width=0, height=0, held=0.0, emitted=0)
Noted = tuple[list[list[float]], list[list[float]], int]


class Seen:
    """What one viewer saw. All times are in seconds after connecting, delays in ms."""

    def __init__(self, connected: float, busy: float, noted: Noted) -> None:
        """From when both were connected, and what bench/glass_page.js noted, in ms since the epoch."""
        delays, samples, self.unread = noted
        self._delays = [((when - connected) / 1_000, delay) for when, delay in delays]
        self._samples = [
            Sample((when - connected) / 1_000, int(received), int(decoded), int(width), int(height), held, int(emitted))
            for when, received, decoded, width, height, held, emitted in samples
        ]
        self.busy = busy
        """Percent of all cores that the whole machine was busy with anything."""

    def delays(self, begin: float, end: float) -> list[float]:
        """Of each frame that was presented in this time, since it was drawn."""
        found = [delay for when, delay in self._delays if begin <= when < end]
        if not found:
            raise RuntimeError(f"No picture could be read {begin:.0f} to {end:.0f} s after connecting.")
        return found

    def bitrate(self, when: float) -> float:
        """In kbit/s, over the WINDOW before."""
        return (self._last(when).received - self._last(when - WINDOW).received) * 8 / 1_000 / WINDOW

    def height(self, when: float) -> int:
        """Of the picture, in px; 0 while there was none."""
        return self._last(when).height

    def held(self, begin: float, end: float) -> float:
        """Milliseconds that the mean frame waited in the viewing browser's jitter buffer; the delays include them."""
        first, last = self._last(begin), self._last(end)
        if last.emitted == first.emitted:
            return nan
        return 1_000 * (last.held - first.held) / (last.emitted - first.emitted)

    def frame_rate(self, begin: float, end: float) -> float:
        """Frames per second that were decoded."""
        return (self._last(end).decoded - self._last(begin).decoded) / (end - begin)

    def full_after(self) -> float:
        """When the picture first had its full size and, over the WINDOW before, GOOD bitrate; infinity for never.

        The first keyframe does not count: it alone can be most of what GOOD is over a WINDOW.
        """
        full = (one.when for one in self._samples if (one.width, one.height) == (WIDTH, HEIGHT))
        begin = min(when for when, _ in self._delays) + WINDOW
        return next((when for when in full if when >= begin and self.bitrate(when) >= GOOD), inf)

    def _last(self, when: float) -> Sample:
        return next((one for one in reversed(self._samples) if one.when <= when), NOTHING)

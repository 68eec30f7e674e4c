"""Glass to glass: how old a picture is when the other person sees it, and how soon it is a good one.

    python -m bench.glass [seconds] [way ...]

Two Chromium and the server on this machine; 640 by 480 at 30 frames per second, with sound. One person's camera films
a clock, drawn as a barcode, which is read back from the other person's screen. Ways are `direct`, `parley`,
`parley-direct` and `known`; all of them, one after the other, when none is named. Delays are taken early, and in the
last of the seconds: lip sync in the viewing browser makes them creep up for 30 to 50 s, whichever way the picture goes.
"""

import sys
from collections.abc import Callable
from statistics import median

import numpy as np
from playwright.sync_api import sync_playwright

from bench import table
from bench.glass_seen import GOOD, HEIGHT, WIDTH, Seen
from bench.glass_ways import WAYS, browsers

EARLY = 3.0  # seconds after connecting
SPAN = 5.0  # seconds that delays are collected for; with the camera's 29.9 frames a second, every phase of the screen
RAMP = 4.0  # seconds that a picture may take to be a good one

Rows = dict[str, list[float]]
Figures = Callable[[Seen, float, float], list[float]]


def measure(seconds: float, words: list[str]) -> dict[str, Seen]:
    """What was seen by each way, by its name."""
    seen = {}
    with sync_playwright() as playwright, browsers(playwright) as pair:
        for word in words:
            name, way = WAYS[word]
            seen[name] = way(pair, seconds + 1)  # what is connected last may be so a moment later
    return seen


def spans(seconds: float) -> list[tuple[float, float]]:
    """When delays are collected, in seconds after connecting: early, and at the end."""
    late = max(EARLY, seconds - SPAN)
    return [(begin, begin + SPAN) for begin in dict.fromkeys((EARLY, late))]


def by_span(seen: dict[str, Seen], seconds: float, figures: Figures) -> Rows:
    """Rows for each way, early and late."""
    return {
        f"{name}, {begin:.0f} to {end:.0f} s after connecting": figures(one, begin, end)
        for begin, end in spans(seconds)
        for name, one in seen.items()
    }


def by_moment(seen: dict[str, Seen], seconds: float, figure: Callable[[Seen, float], float]) -> Rows:
    """Rows for each way, RAMP after connecting and at the end."""
    return {
        f"{name}, {when:.0f} s after connecting": [figure(one, when)]
        for when in dict.fromkeys((RAMP, seconds))
        for name, one in seen.items()
    }


def added(seen: dict[str, Seen], seconds: float) -> Rows:
    """How much later the median frame comes than browser to browser."""
    direct = seen[WAYS["direct"][0]]
    others = {name: one for name, one in seen.items() if one is not direct}
    return by_span(others, seconds, lambda one, *span: [median(one.delays(*span)) - median(direct.delays(*span))])


def show_delays(seen: dict[str, Seen], seconds: float) -> None:
    """Print how old the pictures are."""
    frames = by_span(seen, seconds, Seen.delays)
    table.show("Glass to glass, each frame", "ms", frames)
    late = {name: [float(np.percentile(values, 95))] for name, values in frames.items()}
    table.show("Glass to glass, 95th percentile", "ms", late)
    rates = by_span(seen, seconds, lambda one, *span: [one.frame_rate(*span)])
    table.show("Frames decoded, of 29.9 a second", "1/s", rates, digits=1)
    held = by_span(seen, seconds, lambda one, *span: [one.held(*span)])
    table.show("Of it in the viewing browser's jitter buffer, mean", "ms", held)
    if WAYS["direct"][0] in seen and len(seen) > 1:
        table.show("Glass to glass, median above browser to browser", "ms", added(seen, seconds), digits=1)


def show_quality(seen: dict[str, Seen], seconds: float) -> None:
    """Print how good the pictures are, and how soon."""
    good = {name: [one.full_after()] for name, one in seen.items()}
    table.show(f"{WIDTH} by {HEIGHT} at {GOOD} kbit/s, after connecting", "s", good, digits=1)
    table.show("Height of the picture", "px", by_moment(seen, seconds, Seen.height))
    table.show("Video received", "kbit/s", by_moment(seen, seconds, Seen.bitrate))


def show_trust(seen: dict[str, Seen]) -> None:
    """Print what tells whether to believe the rest: near 100 % the machine was too busy for any of it."""
    unread = {name: [float(one.unread)] for name, one in seen.items()}
    table.show("Frames whose barcode could not be read", "frames", unread)
    table.show("All that this machine did meanwhile", "% of all cores", {n: [one.busy] for n, one in seen.items()})


def main(seconds: float, words: list[str]) -> None:
    """Print the tables."""
    seconds = max(seconds, EARLY + SPAN)
    seen = measure(seconds, words)
    show_delays(seen, seconds)
    show_quality(seen, seconds)
    show_trust(seen)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 15.0, sys.argv[2:] or list(WAYS))

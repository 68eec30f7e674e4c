"""What each effect costs a frame.

python -m bench.effects [frames]
"""

import sys
import time

import numpy as np
from av import VideoFrame

from bench import table
from calls.effects import EFFECTS
from calls.effects.chain import Chain, Choice

SIZES = ((640, 480), (1280, 720))


def milliseconds(effect: str, width: int, height: int, frames: int) -> list[float]:
    """For each frame, from YUV to the changed picture, as in a call."""
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)
    frame = VideoFrame.from_ndarray(noise, "bgr24").reformat(format="yuv420p")
    chain = Chain("Ada Lovelace")
    chain.choose([Choice(effect)])
    chain(frame)  # fonts and tables are made once
    spent = []
    for _ in range(frames):
        begin = time.perf_counter()
        chain(frame)
        spent.append((time.perf_counter() - begin) * 1_000)
    return spent


def main(frames: int) -> None:
    """Print the table."""
    rows = {f"{name}, {w} by {h}": milliseconds(name, w, h, frames) for name in EFFECTS for w, h in SIZES}
    table.show("Effects, each frame", "ms", rows, digits=1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)

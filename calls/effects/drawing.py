"""Edges and cartoon: the picture as a drawing."""

import cv2
import numpy as np

from calls.effects.registry import Image, Slider, effect


@effect("Edges", detail=Slider(1, 10, default=5, help="More shows finer edges"))
def edges(image: Image, detail: int) -> Image:
    """Edges alone, white on black (Canny 1986)."""
    high = 260 - 22 * detail
    found = cv2.Canny(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), high // 2, high)
    return cv2.cvtColor(found, cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]


@effect("Cartoon", colours=Slider(3, 12, default=6, help="Shades of each colour"))
def cartoon(image: Image, colours: int) -> Image:
    """Few flat colours and dark outlines. It is smoothed at half the size, for speed (Tomasi and Manduchi 1998)."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    smooth = cv2.resize(cv2.bilateralFilter(small, 5, 60, 60), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.bitwise_and(cv2.LUT(smooth, _steps(colours)), _outlines(image))  # type: ignore[return-value]


def _steps(colours: int) -> Image:
    """A table that rounds each of 256 values to one of `colours`."""
    return (np.round(np.arange(256) / 255 * (colours - 1)) / (colours - 1) * 255).astype(np.uint8)


def _outlines(image: Image) -> Image:
    gray = cv2.medianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), 5)
    lines = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 5)
    return cv2.cvtColor(lines, cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]

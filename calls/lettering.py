"""Words as pixels, in the letters of most languages: OpenCV 5 brings a font along."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

_WEIGHT = 500  # of 1000: thin letters vanish in a small picture
_BASELINE = 0.7  # of the height: what hangs below it has the rest


@lru_cache(maxsize=512)
def letters(text: str, height: int) -> NDArray[np.uint8]:
    """The text, white on black, as height × width brightnesses; the width is even, with a margin on both sides."""
    font, size, margin = cv2.FontFace("sans"), int(height * 0.6), height // 2
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), font, size, _WEIGHT)
    strip = np.zeros((height, (width + 2 * margin) // 2 * 2, 3), dtype=np.uint8)
    cv2.putText(strip, text, (margin, int(height * _BASELINE)), (255, 255, 255), font, size, _WEIGHT)
    return strip[:, :, 0].copy()

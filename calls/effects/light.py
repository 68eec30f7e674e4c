"""Low light: makes a dark picture readable."""

import cv2

from calls.effects.registry import Image, Slider, effect


@effect("Low light", strength=Slider(1, 8, default=3, help="More lifts the shadows further"))
def low_light(image: Image, strength: int) -> Image:
    """Evens out the lightness, region by region: CLAHE on L of CIELAB (Zuiderveld 1994)."""
    lightness, a, b = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2Lab))
    # Made for every frame: the object holds buffers, and two chains must not share them.
    lightness = cv2.createCLAHE(clipLimit=float(strength), tileGridSize=(8, 8)).apply(lightness)
    return cv2.cvtColor(cv2.merge((lightness, a, b)), cv2.COLOR_Lab2BGR)  # type: ignore[return-value]

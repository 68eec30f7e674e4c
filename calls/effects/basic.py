"""Mirror, colours, blur and pixels. The OpenCV functions are described at https://docs.opencv.org/5.x/."""

import cv2
import numpy as np

from calls.effects.registry import Image, Slider, effect

# Each row makes one channel (blue, green, red) of a picture in sepia out of those three.
_SEPIA = np.array([[0.131, 0.534, 0.272], [0.168, 0.686, 0.349], [0.189, 0.769, 0.393]], dtype=np.float32)


@effect("Mirror")
def mirror(image: Image) -> Image:
    """Left becomes right, as in a mirror."""
    return np.ascontiguousarray(image[:, ::-1])


@effect("Grayscale")
def grayscale(image: Image) -> Image:
    """Luma alone (ITU-R BT.601), in three channels."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]


@effect("Blur", strength=Slider(1, 40, default=12, help="How far the blur reaches, in pixels"))
def blur(image: Image, strength: int) -> Image:
    """A box blur, twice: close to a Gaussian, and as fast for any strength."""
    size = (2 * strength + 1, 2 * strength + 1)
    return cv2.blur(cv2.blur(image, size), size)  # type: ignore[return-value]


@effect("Pixelate", size=Slider(2, 64, default=16, help="Side of a pixel"))
def pixelate(image: Image, size: int) -> Image:
    """Squares of the mean colour."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(1, width // size), max(1, height // size)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)  # type: ignore[return-value]


@effect("Sepia")
def sepia(image: Image) -> Image:
    """The brown of an old print."""
    return cv2.transform(image, _SEPIA)  # type: ignore[return-value]

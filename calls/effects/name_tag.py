"""Name tag: the person's name in the picture."""

from functools import lru_cache

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from calls.effects.registry import Context, Image, effect

_INK, _PAPER = (255, 255, 255), (20, 24, 29)


@effect("Name tag")
def name_tag(image: Image, context: Context) -> Image:
    """The name on a dark strip in the lower left corner, a fourteenth of the picture high."""
    height, width = image.shape[:2]
    tag = _tag(context.name, max(8, height // 14))[:height, :width]
    tagged = image.copy()
    tagged[height - tag.shape[0] :, : tag.shape[1]] = tag
    return tagged


@lru_cache(maxsize=64)
def _tag(name: str, height: int) -> Image:
    """The strip with the name. Pillow draws it, since OpenCV's own letters are ASCII only."""
    font = ImageFont.load_default(size=height * 0.7)
    left, _, right, _ = font.getbbox(name)
    strip = Pillow.new("RGB", (int(right - left) + height, height), _PAPER)
    ImageDraw.Draw(strip).text((height // 2, height // 2), name, fill=_INK, font=font, anchor="lm")
    return np.asarray(strip)[:, :, ::-1].copy()

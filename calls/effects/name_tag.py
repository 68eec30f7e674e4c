"""Name tag: the person's name in the picture."""

import numpy as np

from calls.effects.registry import Context, Image, effect
from calls.lettering import letters

_PAPER = np.array([29, 24, 20])


@effect("Name tag")
def name_tag(image: Image, context: Context) -> Image:
    """The name on a dark strip in the lower left corner, a fourteenth of the picture high."""
    height, width = image.shape[:2]
    ink = letters(context.name, max(8, height // 14))[:height, :width, np.newaxis]
    tagged = image.copy()
    tagged[height - ink.shape[0] :, : ink.shape[1]] = np.maximum(ink, _PAPER)
    return tagged

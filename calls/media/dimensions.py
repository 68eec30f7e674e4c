"""How large a picture is, read from its header before anything is decoded: a decoder takes memory for every pixel."""

import re
from typing import NamedTuple

from calls import limits
from calls.errors import PictureError

_MACROBLOCK = 16
_VP8_KEYFRAME = b"\x9d\x01\x2a"
_SEQUENCE_PARAMETERS = re.compile(rb"\x00\x00\x01[\x07\x27\x47\x67\x87\xa7\xc7\xe7]")
_EMULATION_PREVENTION = re.compile(rb"\x00\x00\x03")
_WITH_CHROMA_FORMAT = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}  # profiles


class Size(NamedTuple):
    """Of a picture, in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"

    @classmethod
    def parse(cls, text: str) -> "Size":
        """The size that is written so: "1920x1080"."""
        width, height = text.split("x")
        return cls(int(width), int(height))

    def fits(self, largest: "Size") -> bool:
        """Whether it is no larger, upright or on its side, in whole macroblocks: 1080 lines are coded as 1088."""
        mine, theirs = (sorted(-(-pixels // _MACROBLOCK) for pixels in size) for size in (tuple(self), tuple(largest)))
        return mine[0] <= theirs[0] and mine[1] <= theirs[1]


LARGEST = Size(1920, 1080)
"""What is decoded where nothing else is set."""


def check(codec: str, data: bytes, largest: Size) -> None:
    """Raises PictureError where this encoded picture is larger, and ValueError where it does not say how large."""
    for size in sizes(codec, data):
        if not size.fits(largest):
            raise PictureError(
                f"Your picture has {size} pixels, more than the {largest} that effects and the grid take here. "
                "Choose a smaller video quality, then the effect again."
            )


def sizes(codec: str, data: bytes) -> list[Size]:
    """The sizes that an encoded picture tells: none where it builds on the one before, and of H.264, which may send
    them at any time, all. Raises ValueError where one cannot be read."""
    return _vp8(data) if codec == "VP8" else _h264(data)


def _vp8(data: bytes) -> list[Size]:
    """RFC 6386, section 9.1."""
    if not data or data[0] & 1:
        return []
    if len(data) < 10 or data[3:6] != _VP8_KEYFRAME:
        raise ValueError("a VP8 keyframe has no start code")
    width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return [Size(width, height)]


def _h264(data: bytes) -> list[Size]:
    """As coded. What is cropped of that is not shown, but decoded (ITU-T H.264, section 7.4.2.1.1)."""
    starts = [found.end() for found in _SEQUENCE_PARAMETERS.finditer(data)]
    if len(starts) > limits.PARAMETER_SETS:
        raise ValueError("a picture has too many sequence parameter sets")
    return [_size(Bits(data[start : start + limits.PARAMETER_SET_BYTES])) for start in starts]


class Bits:
    """Reads a raw byte sequence payload bit by bit. Raises ValueError at its end."""

    def __init__(self, data: bytes) -> None:
        payload = _EMULATION_PREVENTION.sub(b"\x00\x00", data)
        self._value, self._left = int.from_bytes(payload), 8 * len(payload)

    def take(self, count: int = 1) -> int:
        """So many bits as an unsigned number."""
        if count > self._left:
            raise ValueError("a sequence parameter set is cut off")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def unsigned(self) -> int:
        """An Exp-Golomb code, ue(v) (section 9.1)."""
        zeros = 0
        while not self.take():
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """An Exp-Golomb code, se(v) (section 9.1.1)."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def _size(bits: Bits) -> Size:
    """Section 7.3.2.1.1, up to the size."""
    profile = bits.take(8)
    bits.take(16)  # constraints, level
    bits.unsigned()  # its number
    if profile in _WITH_CHROMA_FORMAT:
        _skip_chroma(bits)
    bits.unsigned()  # frame numbers
    _skip_picture_order(bits)
    bits.unsigned()  # reference frames
    bits.take()  # gaps
    columns, rows = bits.unsigned() + 1, bits.unsigned() + 1
    fields = 2 - bits.take()
    return Size(columns * _MACROBLOCK, rows * fields * _MACROBLOCK)


def _skip_chroma(bits: Bits) -> None:
    chroma = bits.unsigned()
    if chroma == 3:
        bits.take()
    bits.unsigned()  # depth of luma
    bits.unsigned()  # depth of chroma
    bits.take()
    if bits.take():
        for number in range(12 if chroma == 3 else 8):
            if bits.take():
                _skip_scaling_list(bits, 16 if number < 6 else 64)


def _skip_scaling_list(bits: Bits, length: int) -> None:
    """Section 7.3.2.1.1.1."""
    scale = 8
    for _ in range(length):
        scale = (scale + bits.signed()) % 256
        if not scale:
            return


def _skip_picture_order(bits: Bits) -> None:
    kind = bits.unsigned()
    if kind == 0:
        bits.unsigned()
    elif kind == 1:
        bits.take()
        bits.signed()
        bits.signed()
        for _ in range(bits.unsigned()):
            bits.signed()

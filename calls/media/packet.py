"""One RTP packet on its way through the server, and what can be told of it without decoding."""

from typing import NamedTuple

CLOCK_RATE = {"video": 90_000, "audio": 48_000}
"""Timestamps per second (RFC 7741 section 4.1, RFC 6184 section 5.1, RFC 7587 section 4.1)."""

_H264_FRAGMENT, _H264_AGGREGATE = 28, 24
_H264_KEYFRAME = (5, 7)  # an IDR slice, or the sequence parameters that stand before one


class Packet(NamedTuple):
    """What a source publishes: the parts of an RTP packet (RFC 3550) that outlive a hop."""

    codec: str
    """"VP8", "H264" or "opus"."""
    sequence: int
    """16 bits, counted by the source."""
    timestamp: int
    """32 bits, in units of the kind's CLOCK_RATE."""
    payload: bytes
    marker: bool
    """The last packet of a picture."""
    entry: bool
    """Whoever begins to watch or to listen can do it here: the first packet of a keyframe, or any of sound."""
    level: int | None = None
    """How loud the sound is, from 0 (loudest) to 127 (silence) -dBov (RFC 6464)."""


def is_entry(codec: str, payload: bytes) -> bool:
    """Whether a keyframe begins with this payload; sound can be entered anywhere."""
    if codec == "VP8":
        return _begins_vp8_keyframe(payload)
    if codec == "H264":
        return _begins_h264_keyframe(payload)
    return True


def _begins_vp8_keyframe(payload: bytes) -> bool:
    """RFC 7741: the descriptor says that partition 0 begins, and the P bit of the payload header is 0."""
    data = payload[vp8_descriptor_length(payload) :]
    return len(data) > 0 and payload[0] & 0x17 == 0x10 and not data[0] & 0x01


def vp8_descriptor_length(payload: bytes) -> int:
    """Bytes of the payload descriptor (RFC 7741 section 4.2). A truncated one is as long as the payload at least."""
    if len(payload) < 2 or not payload[0] & 0x80:
        return 1
    extensions, length = payload[1], 2
    if extensions & 0x80:  # a picture ID, of 15 bits when its first one is set
        length += 2 if len(payload) > length and payload[length] & 0x80 else 1
    if extensions & 0x40:
        length += 1
    if extensions & 0x30:
        length += 1
    return length


def _begins_h264_keyframe(payload: bytes) -> bool:
    """RFC 6184: a single NAL unit, the first of an aggregate, or the start of a fragmented one."""
    if len(payload) < 4:
        return False
    unit = payload[0] & 0x1F
    if unit == _H264_AGGREGATE:
        unit = payload[3] & 0x1F
    elif unit == _H264_FRAGMENT:
        unit = payload[1] & 0x1F if payload[1] & 0x80 else 0
    return unit in _H264_KEYFRAME


class Unwrapper:
    """Counts on where a counter of `bits` bits begins anew: packets may come late, but not by half its range."""

    def __init__(self, bits: int) -> None:
        self._range = 1 << bits
        self._last: int | None = None

    def unwrap(self, value: int) -> int:
        """The value that is nearest to the last one, without an end."""
        if self._last is None:
            self._last = value
        half = self._range // 2
        unwrapped = self._last + (value - self._last + half) % self._range - half
        self._last = max(self._last, unwrapped)
        return unwrapped

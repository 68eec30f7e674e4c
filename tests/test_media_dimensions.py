"""How large a picture is, told from its header: what is too large is not decoded."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import av
import numpy as np
import pytest
from av import VideoCodecContext, VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from calls import limits
from calls.errors import PictureError
from calls.media import codecs
from calls.media.assembler import Picture
from calls.media.codecs import VideoDecoder
from calls.media.dimensions import Bits, Size, sizes

NAMES = {"VP8": "libvpx", "H264": "libx264"}
DECODERS = codecs._DECODERS
QUICK = {"VP8": {"deadline": "realtime"}, "H264": {"preset": "ultrafast", "tune": "zerolatency"}}


@cache
def encoded(codec: str, width: int, height: int, **options: str) -> tuple[bytes, ...]:
    """Two pictures: a keyframe, and one that builds on it."""
    encoder = av.CodecContext.create(NAMES[codec], "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.time_base = width, height, Fraction(1, 30)
    encoder.pix_fmt = options.pop("pix_fmt", "yuv420p")
    encoder.options = QUICK[codec] | options
    grey = np.full((height, width, 3), 90, dtype=np.uint8)
    packets = []
    for number in range(2):
        frame = VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=encoder.pix_fmt)
        frame.pts, frame.time_base = number, encoder.time_base
        packets += encoder.encode(frame)
    return tuple(map(bytes, [*packets, *encoder.encode(None)]))


def payloads(codec: str, data: bytes) -> tuple[bytes, ...]:
    """The picture in RTP payloads: VP8 with its descriptor (RFC 7741), H.264 a NAL unit each (RFC 6184)."""
    if codec == "VP8":
        return (b"\x10" + data,)
    return tuple(unit for unit in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit)


def coded(width: int, height: int, lines: int = 16) -> Size:
    return Size(-(-width // 16) * 16, -(-height // lines) * lines)


@pytest.mark.parametrize(("width", "height"), [(320, 240), (176, 144), (642, 362), (1920, 1080), (1080, 1920)])
def test_the_size_of_a_vp8_keyframe(width: int, height: int) -> None:
    """It is as encoded; the picture after it says none."""
    keyframe, other = encoded("VP8", width, height)
    assert sizes("VP8", keyframe) == [Size(width, height)]
    assert sizes("VP8", other) == []


def test_how_vp8_is_scaled_is_not_its_size() -> None:
    """Two bits before each length ask who shows it to stretch it (RFC 6386, section 9.1)."""
    keyframe = bytearray(encoded("VP8", 320, 240)[0])
    keyframe[7] |= 0xC0
    keyframe[9] |= 0x40
    assert sizes("VP8", bytes(keyframe)) == [Size(320, 240)]


@pytest.mark.parametrize(("width", "height"), [(320, 240), (642, 362), (1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("options", [{"profile": "baseline"}, {"profile": "high"}, {"pix_fmt": "yuv444p"}])
def test_the_size_of_an_h264_keyframe(width: int, height: int, options: dict[str, str]) -> None:
    """As coded, in whole macroblocks, whatever is cropped of it, in each profile."""
    assert sizes("H264", encoded("H264", width, height, **options)[0]) == [coded(width, height)]


def test_the_size_of_interlaced_h264() -> None:
    """Its map has half of the rows (frame_mbs_only_flag)."""
    data = encoded("H264", 640, 360, **{"x264-params": "interlaced=1"})[0]
    assert sizes("H264", data) == [coded(640, 360, lines=32)]


def test_every_parameter_set_of_a_picture_counts() -> None:
    """The largest may be the one that a later picture names."""
    small, large = encoded("H264", 320, 240)[0], encoded("H264", 1920, 1088)[0]
    assert sizes("H264", small + large + small) == [Size(320, 240), Size(1920, 1088), Size(320, 240)]
    with pytest.raises(ValueError, match="too many"):
        sizes("H264", small * (limits.PARAMETER_SETS + 1))


@pytest.mark.parametrize(
    ("size", "fits"),
    [
        (Size(1920, 1080), True),
        (Size(1080, 1920), True),
        (Size(1920, 1088), True),
        (Size(64, 16), True),
        (Size(1936, 1080), False),
        (Size(1920, 1104), False),
        (Size(1104, 1920), False),
        (Size(8192, 16), False),
    ],
)
def test_what_fits(size: Size, fits: bool) -> None:  # noqa: FBT001
    """Upright or on its side, and in whole macroblocks: 1080 lines are coded as 1088."""
    assert size.fits(Size.parse("1920x1080")) is fits


@pytest.mark.parametrize("codec", NAMES)
def test_what_is_too_large_is_not_decoded(codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a decoder made for it; the error says both sizes. What has the right size afterwards is decoded."""
    made: list[object] = []
    large, small = (encoded(codec, *size)[0] for size in ((640, 480), (320, 240)))
    decoder = VideoDecoder(Size(320, 240))

    def make() -> object:
        made.append(DECODERS[codec]())
        return made[-1]

    monkeypatch.setattr(codecs, "_DECODERS", {codec: make})
    with pytest.raises(PictureError, match="640×480 pixels, more than the 320×240"):
        decoder.decode(Picture(codec, 0, payloads(codec, large)))
    assert len(made) == 0
    frame = decoder.decode(Picture(codec, 0, payloads(codec, small)))
    assert frame is None or (frame.width, frame.height) == (320, 240)
    with pytest.raises(PictureError):
        decoder.decode(Picture(codec, 9, payloads(codec, large)))


def test_a_parameter_set_that_lies_in_fragments_is_found() -> None:
    """As RTP may carry it: in two pieces (FU-A), or beside others in one payload (STAP-A)."""
    units = payloads("H264", encoded("H264", 640, 480)[0])
    (parameters,) = (unit for unit in units if unit[0] & 0x1F == 7)
    kind, half = parameters[0] & 0x1F, len(parameters) // 2
    fragments = (bytes([0x7C, 0x80 | kind]) + parameters[1:half], bytes([0x7C, 0x40 | kind]) + parameters[half:])
    together = b"\x78" + b"".join(len(unit).to_bytes(2) + unit for unit in (b"\x09\xf0", parameters))
    for carried in (fragments, (together,)):
        with pytest.raises(PictureError):
            VideoDecoder(Size(320, 240)).decode(Picture("H264", 0, carried))


def test_exp_golomb_codes() -> None:
    """ITU-T H.264, table 9-2: 1, 010, 011, 00100 are 0, 1, 2, 3; signed, 0, 1, -1, 2."""
    codes = int("1010011001000000", 2).to_bytes(2)
    unsigned, signed = Bits(codes), Bits(codes)
    assert [unsigned.unsigned() for _ in range(4)] == [0, 1, 2, 3]
    assert [signed.signed() for _ in range(4)] == [0, 1, -1, 2]
    with pytest.raises(ValueError, match="cut off"):
        unsigned.unsigned()


def changed(codec: str) -> Iterator[st.SearchStrategy[bytes]]:
    """Bytes at random, and real pictures with some bytes exchanged."""
    yield st.binary(max_size=200)
    for data in encoded(codec, 64, 48):
        places = st.dictionaries(st.integers(0, min(len(data), 60) - 1), st.integers(0, 255), max_size=8)
        yield places.map(lambda at, data=data: bytes(at.get(i, byte) for i, byte in enumerate(data)))  # type: ignore[misc]


@pytest.mark.fuzz
@pytest.mark.parametrize("codec", NAMES)
@given(st.data())
def test_whatever_a_picture_says_nothing_large_is_decoded(codec: str, data: st.DataObject) -> None:
    """A frame that comes out is no larger than what is allowed, and what is raised is what the callers expect."""
    decoder, largest = VideoDecoder(Size(64, 48)), Size(64, 48)
    for picture in data.draw(st.lists(st.one_of(*changed(codec)), min_size=1, max_size=4)):
        try:
            frame = decoder.decode(Picture(codec, 0, payloads(codec, picture)))
        except (PictureError, ValueError, av.FFmpegError):
            continue
        assert frame is None or Size(frame.width, frame.height).fits(largest)

"""Pictures from packets and packets from pictures, of any size, at the bitrate that is asked for."""

from contextlib import suppress

import av
import numpy as np
import pytest
from aiortc.codecs.h264 import H264Encoder
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from calls.media.assembler import Picture
from calls.media.codecs import VideoDecoder, VideoEncoder
from calls.media.packet import Packet
from tests.tracks import FRAME, VIDEO_CLOCK, encoded, picture, shade

BROKEN = (ValueError, av.FFmpegError)


def pictures(packets: list[Packet]) -> list[Picture]:
    """What an assembler makes of them."""
    stamps = dict.fromkeys(packet.timestamp for packet in packets)
    return [Picture("VP8", at, tuple(each.payload for each in packets if each.timestamp == at)) for at in stamps]


def noise(width: int, height: int, number: int) -> VideoFrame:
    """A picture that takes as many bits as there are, and can do with few."""
    blocks = np.random.default_rng(number).integers(90, 160, (height // 12, width // 12, 3), dtype=np.uint8)
    pixels = np.kron(blocks, np.ones((12, 12, 1), dtype=np.uint8))
    frame = VideoFrame.from_ndarray(pixels, format="bgr24")
    frame.pts, frame.time_base = number * FRAME, VIDEO_CLOCK
    return frame


def test_what_is_encoded_is_decoded() -> None:
    """The same picture, at the same time."""
    decoder = VideoDecoder()
    for number, each in enumerate(pictures(encoded([30, 90, 150, 210], size=(160, 120)))):
        frame = decoder.decode(each)
        assert frame
        assert (frame.pts, frame.time_base, frame.width, frame.height) == (number * FRAME, VIDEO_CLOCK, 160, 120)
        assert shade(frame) == pytest.approx(30 + 60 * number, abs=6)


def test_h264_is_decoded() -> None:
    """Where both browsers have chosen it; and the decoder changes with the codec."""
    encoder, decoder = H264Encoder(), VideoDecoder()
    for number in range(3):
        payloads, _ = encoder.encode(picture(200, number * FRAME, width=160, height=128))
        frame = decoder.decode(Picture("H264", number * FRAME, tuple(payloads)))
    assert frame
    assert shade(frame) == pytest.approx(200, abs=6)
    (vp8,) = pictures(encoded([50]))
    frame = decoder.decode(vp8)
    assert frame
    assert shade(frame) == pytest.approx(50, abs=6)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
def test_packets_that_only_fill_the_way_do_no_harm(codec: str) -> None:
    """A browser that tries what the way can take sends packets without a payload. The pictures after them are shown."""
    first, second, third = pictures(encoded([40, 80, 120]))
    decoder = VideoDecoder()
    assert decoder.decode(first)
    assert decoder.decode(Picture(codec, 1, (b"", b""))) is None
    if codec == "VP8":
        assert decoder.decode(Picture(codec, 1, (b"\x10",))) is None
        filled = second._replace(payloads=(b"", *second.payloads, b""))
        assert all(decoder.decode(each) for each in (filled, third))


@given(st.sampled_from(["VP8", "H264"]), st.lists(st.binary(max_size=40), max_size=4))
def test_no_payload_is_too_strange(codec: str, payloads: list[bytes]) -> None:
    """Anything may come from the network: it raises what is caught, and a keyframe after it is shown."""
    decoder = VideoDecoder()
    with suppress(*BROKEN):
        decoder.decode(Picture(codec, 0, tuple(payloads)))
    (keyframe,) = pictures(encoded([120]))
    frame = decoder.decode(keyframe)
    assert frame
    assert shade(frame) == pytest.approx(120, abs=6)


def test_a_broken_picture_is_told() -> None:
    """By an error, and the next keyframe is shown."""
    decoder = VideoDecoder()
    first, second = pictures(encoded([40, 80], keyframes=[0, 1], size=(160, 120)))
    assert decoder.decode(first)
    with pytest.raises(BROKEN):
        decoder.decode(second._replace(payloads=(second.payloads[0][:4] + b"\xff" * 6,)))
    assert decoder.decode(second)


def test_packets_are_numbered_and_marked() -> None:
    """On and on, whatever is encoded; the marker is on the last of each picture, all fit into a datagram."""
    encoder = VideoEncoder()
    frames = [encoder.encode(noise(320, 240, number), 2_000_000, keyframe=False) for number in range(5)]
    packets = [packet for frame in frames for packet in frame]
    first = packets[0].sequence
    assert [packet.sequence for packet in packets] == list(range(first, first + len(packets)))
    assert max(map(len, frames)) > 1
    for number, frame in enumerate(frames):
        assert [packet.marker for packet in frame] == [False] * (len(frame) - 1) + [True]
        (timestamp,) = {packet.timestamp for packet in frame}
        assert timestamp == pytest.approx(number * FRAME, abs=1)
        assert all(len(packet.payload) <= 1_300 for packet in frame)


def test_a_keyframe_is_made_when_asked_for() -> None:
    """And at the beginning, and no other."""
    packets = encoded([100] * 30, keyframes=[10])
    assert [packet.timestamp // FRAME for packet in packets if packet.entry] == [0, 10]


@pytest.mark.parametrize("size", [(17, 9), (135, 240), (2, 2), (1, 1), (640, 480)])
def test_any_size_is_encoded(size: tuple[int, int]) -> None:
    """A browser short of bandwidth scales down to odd sizes; one that changes begins with a keyframe."""
    encoder, decoder = VideoEncoder(), VideoDecoder()
    for number, (width, height) in enumerate([(64, 64), size]):
        packets = encoder.encode(picture(130, number * FRAME, width=width, height=height), 500_000, keyframe=False)
        assert packets[0].entry
        frame = decoder.decode(pictures(packets)[0])
        assert frame
        assert (frame.width, frame.height) == (width, height)


def test_a_frame_with_a_keyframe_s_mark_is_no_keyframe() -> None:
    """What was decoded says what it was; the encoder decides by itself."""
    encoder, decoder = VideoEncoder(), VideoDecoder()
    entries = []
    for each in pictures(encoded([100] * 4, keyframes=range(4))):
        frame = decoder.decode(each)
        assert frame
        entries.append(encoder.encode(frame, 500_000, keyframe=False)[0].entry)
    assert entries == [True, False, False, False]


@pytest.mark.parametrize("bitrate", [300_000, 800_000, 2_500_000])
def test_the_bitrate_is_kept(bitrate: int) -> None:
    """Above aiortc's own limit of 1.5 Mbit/s, too."""
    encoder = VideoEncoder()
    sizes = []
    for number in range(30):
        packets = encoder.encode(noise(480, 360, number), bitrate, keyframe=False)
        sizes.append(sum(len(packet.payload) for packet in packets))
    assert 8 * sum(sizes[15:]) == pytest.approx(bitrate, rel=0.35)  # 15 frames a second: these are the second one


def test_a_small_change_of_the_bitrate_is_none() -> None:
    """Each change costs a keyframe: what is given in small steps must not make one each time."""
    encoder, entries = VideoEncoder(), []
    for number, bitrate in enumerate([1_000_000, 1_080_000, 1_150_000, 950_000, 400_000, 420_000]):
        entries.append(encoder.encode(picture(100, number * FRAME), bitrate, keyframe=False)[0].entry)
    assert entries == [True, False, False, False, True, False]

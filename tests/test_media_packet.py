"""What a packet tells without being decoded: where a keyframe begins, and how counters run on."""

import struct
from itertools import accumulate

import pytest
from aiortc.codecs.h264 import H264Encoder, H264PayloadDescriptor
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from calls.media.packet import Unwrapper, is_entry, vp8_descriptor_length
from tests.tracks import encoded, picture

KEYFRAME, DELTA = b"\x10\x02\x00", b"\x11\x02\x00"  # how their first partition begins (RFC 6386 section 9.1)
descriptors = st.builds(
    VpxPayloadDescriptor,
    partition_start=st.booleans().map(int),
    partition_id=st.integers(0, 7),
    picture_id=st.none() | st.integers(0, 0x7FFF),
    tl0picidx=st.none() | st.integers(0, 255),
    tid=st.none() | st.tuples(st.integers(0, 3), st.integers(0, 1)),
    keyidx=st.none() | st.integers(0, 31),
)


# VP8


@given(descriptors, st.sampled_from([KEYFRAME, DELTA]))
def test_a_vp8_keyframe_is_told_by_its_first_packet(descriptor: VpxPayloadDescriptor, data: bytes) -> None:
    """Whatever stands in the descriptor: only where the first partition begins, and only of a keyframe."""
    first = bool(descriptor.partition_start) and descriptor.partition_id == 0
    assert is_entry("VP8", bytes(descriptor) + data) == (first and data == KEYFRAME)


@given(descriptors, st.binary(max_size=4))
def test_a_vp8_descriptor_is_as_long_as_the_library_says(descriptor: VpxPayloadDescriptor, data: bytes) -> None:
    """aiortc writes and reads the same format."""
    assert vp8_descriptor_length(bytes(descriptor) + data) == len(bytes(descriptor))


def test_a_short_picture_id_takes_one_byte() -> None:
    """Its first bit says how long it is: 7 bits or 15."""
    assert vp8_descriptor_length(b"\x90\x80\x7f" + KEYFRAME) == 3
    assert vp8_descriptor_length(b"\x90\x80\xff\x01" + KEYFRAME) == 4
    assert is_entry("VP8", b"\x90\x80\x7f" + KEYFRAME)


@given(descriptors, st.sampled_from([KEYFRAME, DELTA]), st.data())
def test_a_truncated_vp8_payload_is_no_keyframe(
    descriptor: VpxPayloadDescriptor, picture: bytes, data: st.DataObject
) -> None:
    """Cut anywhere in the descriptor or right behind it, it raises nothing and begins nothing."""
    whole = bytes(descriptor)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    assert not is_entry("VP8", cut)
    assert vp8_descriptor_length(cut) >= len(cut) or cut == whole


# H.264


def units(*kinds: int) -> list[bytes]:
    """NAL units of these types, of some length."""
    return [bytes([0x60 | kind]) + bytes(range(20)) for kind in kinds]


@pytest.mark.parametrize(("kind", "entry"), [(1, False), (5, True), (6, False), (7, True), (8, False)])
def test_an_h264_keyframe_is_told_by_its_first_unit(kind: int, entry: bool) -> None:  # noqa: FBT001
    """An IDR slice or a sequence parameter set, alone, first of an aggregate, or at the start of fragments."""
    (single,) = units(kind)
    aggregate = b"\x78" + b"".join(struct.pack("!H", len(unit)) + unit for unit in (single, *units(1)))
    first, second = (bytes([0x7C, flag | kind]) + single[1:] for flag in (0x80, 0x00))
    assert is_entry("H264", single) == is_entry("H264", aggregate) == is_entry("H264", first) == entry
    assert not is_entry("H264", second)


@given(st.sampled_from([5, 7]), st.integers(0, 3))
def test_a_truncated_h264_payload_is_no_keyframe(kind: int, length: int) -> None:
    """Less than a unit can have, or an aggregate without a unit in it."""
    (single,) = units(kind)
    assert not is_entry("H264", single[:length])
    assert not is_entry("H264", (b"\x78\x00\x15" + single)[:length])


# Any codec


@given(st.sampled_from(["VP8", "H264"]), st.binary(max_size=12))
def test_no_payload_is_too_strange(codec: str, payload: bytes) -> None:
    """What comes from the network may be anything: the answer is yes or no."""
    assert is_entry(codec, payload) in {True, False}


def test_sound_can_be_entered_anywhere() -> None:
    """Every packet stands for itself, an empty one, too."""
    assert is_entry("opus", b"")
    assert is_entry("opus", b"\xfc\xff\xfe")


def test_vp8_that_is_encoded_is_told_right() -> None:
    """Exactly one packet of a keyframe is an entry, the first one."""
    packets = encoded(range(0, 200, 20), keyframes=[0, 4], size=(640, 480))
    pictures = list(dict.fromkeys(packet.timestamp for packet in packets))
    entries = [packet for packet in packets if packet.entry]
    assert [pictures.index(packet.timestamp) for packet in entries] == [0, 4]
    firsts = [packet for packet in packets if packet is next(p for p in packets if p.timestamp == packet.timestamp)]
    assert all(entry in firsts for entry in entries)


def test_h264_that_is_encoded_is_told_right() -> None:
    """The same for the other codec, with what aiortc's packetizer makes of x264's units."""
    encoder, entries = H264Encoder(), []
    for number in range(6):
        frame = picture(number * 40, number * 3_000, width=320, height=240)
        payloads, _ = encoder.encode(frame, force_keyframe=number == 3)
        entries.append([is_entry("H264", payload) for payload in payloads])
        assert all(H264PayloadDescriptor.parse(payload) for payload in payloads)
    assert [any(each) for each in entries] == [True, False, False, True, False, False]
    assert all(sum(each) == 1 and each[0] for each in (entries[0], entries[3]))


# Counters that begin anew


@given(st.sampled_from([16, 32]), st.data())
def test_a_counter_that_begins_anew_is_counted_on(bits: int, data: st.DataObject) -> None:
    """Forward by less than half the range, however often it wraps: the distances are those of the sender."""
    half = (1 << bits) // 2
    start = data.draw(st.integers(0, 2 * half - 1))
    steps = data.draw(st.lists(st.integers(0, half - 1), max_size=40))
    true = list(accumulate(steps, initial=start))
    counter = Unwrapper(bits)
    assert [counter.unwrap(value % (2 * half)) for value in true] == true


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-1_000, 1_000), max_size=40))
def test_a_late_packet_keeps_its_place(start: int, offsets: list[int]) -> None:
    """Around a wrap, too, where 65,535 comes before 0: late by less than half the range is late, and not ahead."""
    counter, true, newest = Unwrapper(16), start + 1_000, start + 1_000
    counter.unwrap(true & 0xFFFF)
    first = true
    for offset in offsets:
        true = newest + offset
        newest = max(newest, true)
        assert counter.unwrap(true & 0xFFFF) - (first & 0xFFFF) == true - first


def test_before_the_first_one_there_can_be_others() -> None:
    """A packet that overtook the first ones: they are below zero."""
    counter = Unwrapper(16)
    assert [counter.unwrap(value) for value in (1, 0xFFFF, 0, 2)] == [1, -1, 0, 2]

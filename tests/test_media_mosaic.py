"""Everybody in one picture: where each is, whatever the camera's form, and nothing is made that nobody watches."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
from av import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from calls.media import mosaic as module
from calls.media.assembler import Picture
from calls.media.codecs import VideoDecoder, VideoEncoder
from calls.media.mosaic import BORDER, FRAMES_PER_SECOND, LABEL, WIDTH, Mosaic, Tile, compose
from calls.media.packet import Packet
from calls.media.rendering import Rendering
from tests.rtc_client import until
from tests.tracks import Asked, Kept, Ticking, encoded, picture, publish, settled, shade

CAP = 1_000_000
Gray = NDArray[np.uint8]
WHITE, EMPTY = 235, 24  # the brightness of a white camera, and of the paper behind it


def gray(frame: VideoFrame) -> Gray:
    """The brightness of each pixel as it is encoded, rows by columns."""
    plane = frame.planes[0]
    rows = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)
    return np.asarray(rows[: frame.height, : frame.width], dtype=np.uint8)


def composed(
    people: int, *, size: tuple[int, int] = (64, 48), speaking: int | None = None, label: str = "Ada"
) -> tuple[Gray, list[Gray]]:
    """A grid of white cameras: its pixels, and those of each tile, in the order of the people."""
    camera = picture(255, width=size[0], height=size[1])
    whole = gray(compose([(Tile(label, None, speaking=number == speaking), camera) for number in range(people)]))
    columns = int(np.ceil(np.sqrt(people)))
    rows = -(-people // columns)
    width, height = whole.shape[1] // columns, whole.shape[0] // rows
    tiles = []
    for number in range(people):
        row, column = divmod(number, columns)
        empty = columns - min(columns, people - row * columns)
        left = column * width + empty * width // 2 // 2 * 2
        tiles.append(whole[row * height : (row + 1) * height, left : left + width])
    return whole, tiles


# Where everybody is


@pytest.mark.parametrize(
    ("people", "size"),
    [
        (1, (960, 720)),
        (2, (960, 360)),
        (3, (960, 720)),
        (4, (960, 720)),
        (5, (960, 480)),
        (6, (960, 480)),
        (7, (960, 720)),
        (8, (960, 720)),
        (9, (960, 720)),
    ],
)
def test_everybody_has_a_place(people: int, size: tuple[int, int]) -> None:
    """As many white tiles of 4:3 as there are people, in rows as square as can be, and nothing else that is white."""
    whole, tiles = composed(people)
    assert (whole.shape[1], whole.shape[0]) == size
    inner = [tile[BORDER + 2 : -LABEL - BORDER - 2, BORDER + 2 : -BORDER - 2] for tile in tiles]
    assert all((tile > 200).all() for tile in inner)
    assert (whole > 200).sum() == pytest.approx(sum((tile > 200).sum() for tile in tiles))
    assert all(tile.shape[1] * 3 // 4 == tile.shape[0] for tile in tiles)


def test_a_row_that_is_not_full_is_in_the_middle() -> None:
    """As much is empty to the left of it as to the right."""
    whole, _ = composed(5)
    lit = np.flatnonzero((whole[300:400] > 200).any(axis=0))
    assert lit[0] == pytest.approx(WIDTH - 1 - lit[-1], abs=2)


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (480, 640), (240, 135), (17, 9), (101, 3)])
def test_a_picture_keeps_its_form(size: tuple[int, int]) -> None:
    """It fills its tile in one direction; the rest is paper, as much on one side as on the other."""
    _, (tile, *_) = composed(4, size=size)
    lit = tile[BORDER : -BORDER - LABEL, BORDER:-BORDER] > 200
    high, wide = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    space = tile.shape[1] - 2 * BORDER, tile.shape[0] - 2 * BORDER
    scale = min(space[0] / size[0], space[1] / size[1])
    assert len(wide) == pytest.approx(size[0] * scale, abs=4)
    assert wide[0] == pytest.approx(space[0] - 1 - wide[-1], abs=4)
    if size[0] * scale >= space[0] - 4:
        assert high[0] == pytest.approx((space[1] - size[1] * scale) / 2, abs=4)


def test_who_has_the_camera_off_has_a_place() -> None:
    """An empty one, with the name."""
    whole = gray(compose([(Tile("Ada", None), None), (Tile("Bob", None, "camera off"), picture(255))]))
    left, right = whole[:, : WIDTH // 2], whole[:, WIDTH // 2 :]
    assert (left[BORDER : -LABEL - BORDER, BORDER:-BORDER] == EMPTY).all()
    assert (left[-LABEL - BORDER : -BORDER] > 180).any()
    assert (right[100:200, 100:200] > 200).all()


def test_who_speaks_has_a_frame() -> None:
    """And nobody else: green, which is neither the background nor a camera."""
    frame = compose(
        [(Tile(name, None, speaking=name == "Bob"), picture(0, width=64, height=48)) for name in ["Ada", "Bob"]]
    )
    pixels = frame.to_ndarray(format="rgb24").astype(int)
    ada, bob = pixels[: BORDER - 1, 10 : WIDTH // 2 - 10], pixels[: BORDER - 1, WIDTH // 2 + 10 : -10]
    assert (bob[..., 1] > bob[..., 0] + 60).all()
    assert (abs(ada[..., 1] - ada[..., 0]) < 30).all()


def test_the_name_is_written() -> None:
    """Another one looks different, and letters of any script fit."""
    labels = [composed(1, label=label)[0][-LABEL - BORDER : -BORDER] for label in ("Ada", "Bob", "")]
    assert not any(np.array_equal(one, other) for one, other in pairwise(labels))


@pytest.mark.parametrize("people", [1, 9])
def test_a_name_that_is_too_long_is_cut(people: int) -> None:
    """At the border of the tile: it does not reach into the next one."""
    _, tiles = composed(people, label="W" * 40)
    assert all((tile[-LABEL - BORDER : -BORDER, :2] < 60).all() for tile in tiles)
    assert all(tile[-LABEL - BORDER : -BORDER].max() > 180 for tile in tiles)


def test_an_empty_room_is_a_picture_too() -> None:
    """For the moment before somebody comes."""
    assert gray(compose([])).max() < 60


@settings(max_examples=30)
@given(st.lists(st.none() | st.tuples(st.integers(1, 700), st.integers(1, 700)), max_size=9), st.text(max_size=40))
def test_no_camera_and_no_name_is_too_strange(cameras: Sequence[tuple[int, int] | None], name: str) -> None:
    """Whatever the sizes, whatever the name: it is a picture of an even size that can be encoded."""
    frames = [None if each is None else VideoFrame(*each, "yuv420p") for each in cameras]
    whole = compose([(Tile(name, None), frame) for frame in frames])
    assert (whole.width % 2, whole.height % 2, whole.format.name) == (0, 0, "yuv420p")


# The work


@pytest.fixture
async def mosaic() -> AsyncIterator[Mosaic]:
    made = Mosaic(CAP)
    yield made
    for reader in made.readers:
        made.remove(reader)


def people(count: int) -> tuple[list[Asked], list[Tile]]:
    """Cameras, and the tiles of those who have them."""
    cameras = [Asked() for _ in range(count)]
    renderings = [Rendering(camera, lambda frame: frame, lambda: CAP) for camera in cameras]
    return cameras, [Tile(f"Person {number}", rendering) for number, rendering in enumerate(renderings)]


def working() -> int:
    return sum(task.get_name() == "mosaic" and not task.done() for task in asyncio.all_tasks())


def last(packets: list[Packet]) -> VideoFrame:
    """The newest complete picture."""
    decoder, frame = VideoDecoder(), None
    for at in dict.fromkeys(packet.timestamp for packet in packets):
        parts = [packet for packet in packets if packet.timestamp == at]
        if parts[-1].marker:
            frame = decoder.decode(Picture("VP8", at, tuple(part.payload for part in parts)))
    assert frame
    return frame


async def test_it_shows_everybody(mosaic: Mosaic) -> None:
    """The pixels are those that each one's rendering has."""
    cameras, tiles = people(2)
    mosaic.show(tiles)
    mosaic.add(viewer := Kept())
    for camera, value in zip(cameras, (80, 200), strict=True):
        publish(camera, *encoded([value], size=(160, 120)))
    await until(lambda: all(tile.rendering and tile.rendering.newest for tile in tiles))
    viewer.packets.clear()
    mosaic._asked_at = float("-inf")
    mosaic.request_keyframe()
    await until(lambda: sum(packet.marker for packet in viewer.packets if viewer.packets[0].entry) > 3)
    begin = next(number for number, packet in enumerate(viewer.packets) if packet.entry)
    pixels = gray(last(viewer.packets[begin:]))
    left, right = pixels[100:200, 100:300], pixels[100:200, 600:800]
    assert right.mean() - left.mean() == pytest.approx(120 * 219 / 255, abs=12)


async def test_it_is_encoded_once_whoever_watches(mosaic: Mosaic, monkeypatch: pytest.MonkeyPatch) -> None:
    """All viewers get the same packets, one picture for each turn."""
    turns, plain, viewers = list[VideoFrame](), VideoEncoder.encode, [Kept() for _ in range(5)]

    def encode(encoder: VideoEncoder, frame: VideoFrame, bitrate: int, *, keyframe: bool) -> list[Packet]:
        turns.append(frame)
        return plain(encoder, frame, bitrate, keyframe=keyframe)

    monkeypatch.setattr(VideoEncoder, "encode", encode)
    mosaic.show(people(3)[1])
    for viewer in viewers:
        mosaic.add(viewer)
    await until(lambda: len(turns) >= 4)
    assert sum(packet.marker for packet in viewers[0].packets) in {len(turns) - 1, len(turns)}
    assert all(viewer.packets == viewers[0].packets for viewer in viewers)
    assert working() == 1


async def test_it_is_composed_while_somebody_watches(mosaic: Mosaic) -> None:
    """Nobody's camera is decoded for it before or after; nothing is left when the last viewer goes."""
    cameras, tiles = people(3)
    mosaic.show(tiles)
    assert ([camera.readers for camera in cameras], working()) == ([()] * 3, 0)
    viewers = Kept(), Kept()
    for viewer in viewers:
        mosaic.add(viewer)
    assert all(camera.readers for camera in cameras)
    mosaic.remove(viewers[0])
    assert all(camera.readers for camera in cameras)
    mosaic.remove(viewers[1])
    await settled()
    assert ([camera.readers for camera in cameras], working()) == ([()] * 3, 0)


async def test_only_who_is_in_the_picture_is_decoded(mosaic: Mosaic) -> None:
    """Somebody comes, somebody goes or turns the camera off, while it is watched."""
    cameras, tiles = people(3)
    mosaic.show(tiles[:2])
    mosaic.add(Kept())
    assert [bool(camera.readers) for camera in cameras] == [True, True, False]
    mosaic.show(tiles[1:])
    assert [bool(camera.readers) for camera in cameras] == [False, True, True]
    mosaic.show([tiles[1], Tile("Person 2", None, "camera off")])
    assert [bool(camera.readers) for camera in cameras] == [False, True, False]
    mosaic.show(())
    assert not any(camera.readers for camera in cameras)


async def test_who_comes_later_gets_a_keyframe(mosaic: Mosaic) -> None:
    """Soon, since nobody has to be asked for it; and one when the picture changes its size."""
    _, tiles = people(5)
    mosaic.show(tiles[:2])
    first = Kept()
    mosaic.add(first)
    await until(lambda: len(first.packets) > 3)
    mosaic.request_keyframe()
    mosaic.add(second := Kept())
    await until(lambda: any(packet.entry for packet in second.packets))
    second.packets.clear()
    mosaic.show(tiles)
    await until(lambda: any(packet.entry for packet in second.packets))


async def test_it_keeps_time(mosaic: Mosaic, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many pictures a second, each dated by when it was made; of what was missed, one is made up for."""
    clock, naps, plain = Ticking(), list[float](), asyncio.sleep

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        clock.advance(1.0 if len(naps) == 4 else seconds)
        await plain(0)

    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    mosaic.add(viewer := Kept())
    async with asyncio.timeout(10):
        while len(naps) < 8:
            await plain(0.001)
    monkeypatch.undo()
    steps = np.diff([packet.timestamp for packet in viewer.packets if packet.marker][:8]) / 90_000
    usual = 1 / FRAMES_PER_SECOND
    assert steps.tolist() == pytest.approx([usual] * 3 + [1.0, 0.0] + [usual] * 2, abs=0.001)


async def test_the_encoder_follows_the_slowest_viewer(mosaic: Mosaic, monkeypatch: pytest.MonkeyPatch) -> None:
    """And never goes above its own bitrate."""
    bitrates, plain = list[int](), VideoEncoder.encode

    def encode(encoder: VideoEncoder, frame: VideoFrame, bitrate: int, *, keyframe: bool) -> list[Packet]:
        bitrates.append(bitrate)
        return plain(encoder, frame, bitrate, keyframe=keyframe)

    monkeypatch.setattr(VideoEncoder, "encode", encode)
    mosaic.add(viewer := Kept())
    for limit, bitrate in [(None, CAP), (400_000, 400_000), (9_000_000, CAP), (None, CAP)]:
        mosaic.limit(viewer, limit)
        bitrates.clear()
        await until(lambda: len(bitrates) > 1)
        assert bitrates[-1] == bitrate


async def test_one_strange_frame_does_not_end_it(mosaic: Mosaic) -> None:
    """A camera that is as narrow as a line is no reason for a black picture."""
    cameras, tiles = people(1)
    mosaic.show(tiles)
    mosaic.add(viewer := Kept())
    publish(cameras[0], *encoded([200], size=(2, 600)))
    await until(lambda: tiles[0].rendering and tiles[0].rendering.newest)
    count = len(viewer.packets)
    await until(lambda: len(viewer.packets) > count + 3)
    assert shade(last(viewer.packets)) < 60

"""What a participant sends: the browser's own packets, or what the effects make of them, on any connection."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from calls.effects.chain import Choice
from calls.effects.registry import EFFECTS, Image, effect
from calls.media.allotment import Layers
from calls.media.feed import SCREEN_BITRATE, SMALL_BITRATE, Feed
from calls.media.packet import Packet
from tests.rtc_client import until
from tests.tracks import Arrived, Kept, encoded, publish, settled

CAP, HIGH = 1_500_000, 2_500_000


@dataclass
class Told:
    """How often a feed has said that it sends something else."""

    times: int = 0

    def __call__(self) -> None:
        self.times += 1


@dataclass
class Preview:
    """The person's own connection."""

    packets: list[Packet] = field(default_factory=list)

    def send(self, packet: Packet, *_: object) -> None:
        self.packets.append(packet)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def feed(told: Told) -> Feed:
    return Feed(asyncio.get_running_loop(), told)


@pytest.fixture
def preview(feed: Feed) -> Preview:
    opened = Preview()
    feed.preview.open().begin(opened.send)
    feed.send_back(wanted=True)
    return opened


@pytest.fixture
def camera() -> Arrived:
    return Arrived("video")


@pytest.fixture
def microphone() -> Arrived:
    return Arrived("audio")


def mirror(feed: Feed) -> None:
    feed.chain.choose([Choice("Mirror")])


# What is sent


async def test_before_a_connection_there_is_nothing(feed: Feed, told: Told) -> None:
    """None is what a streamer has until it plays."""
    feed.carry((), CAP)
    await settled()
    assert (feed.video, feed.audio, feed.rendering) == (None, None, None)


async def test_without_an_effect_the_packets_are_forwarded(feed: Feed, camera: Arrived, microphone: Arrived) -> None:
    """As they come; what could decode them rests."""
    feed.carry((camera, microphone), CAP)
    await settled()
    assert (feed.video, feed.audio) == (camera.source, microphone.source)
    assert feed.rendering
    assert feed.rendering not in camera.source.readers


async def test_an_effect_takes_the_place_of_the_original(feed: Feed, camera: Arrived, told: Told) -> None:
    """And leaves it again; each time the hub is told, for the stages."""
    feed.carry((camera,), CAP)
    await settled()
    for choices, source in (([Choice("Mirror")], feed.rendering), ([], camera.source)):
        before = told.times
        feed.chain.choose(choices)
        await settled()
        assert feed.video is source
        assert told.times > before


async def test_an_effect_that_was_there_first_counts(feed: Feed, camera: Arrived) -> None:
    """Who has chosen it in the lobby is never seen without it."""
    mirror(feed)
    feed.carry((camera,), CAP)
    await settled()
    assert feed.video is feed.rendering is not None


async def test_an_effect_that_fails_is_off(feed: Feed, camera: Arrived, preview: Preview) -> None:
    """The video goes on, as it comes."""

    @effect("Broken")
    def fails(image: Image) -> Image:
        raise RuntimeError

    try:
        feed.chain.choose([Choice("Broken")])
        feed.carry((camera,), CAP)
        await settled()
        assert feed.video is feed.rendering
        publish(camera.source, *encoded([100]))
        await until(lambda: feed.video is camera.source)
        publish(camera.source, *encoded([100, 110]))
        await until(lambda: len(camera.source.readers) == 1)
        assert feed.chain.failure
    finally:
        del EFFECTS["Broken"]


# The own picture


async def test_the_preview_shows_what_others_see(feed: Feed, camera: Arrived, preview: Preview) -> None:
    """Without and with an effect, and without again, on the same connection."""
    feed.carry((camera,), CAP)
    await settled()
    publish(camera.source, *encoded([100]))
    assert len(preview.packets) == 1
    mirror(feed)
    await settled()
    publish(camera.source, *encoded([100, 110], keyframes=[0, 1]))
    await until(lambda: feed.rendering and len(feed.rendering.readers) == 1 == len(camera.source.readers))
    count = len(preview.packets)
    feed.chain.choose([])
    await settled()
    publish(camera.source, *encoded([100, 110], keyframes=[0, 1]))
    assert len(preview.packets) >= count + 2
    assert len(camera.source.readers) == 1


async def test_the_preview_is_sent_back_while_it_is_wanted(feed: Feed, camera: Arrived) -> None:
    """A browser shows its own camera by itself, as long as no effect changes it: the server saves the packets."""
    feed.carry((camera,), CAP)
    await settled()
    shown = []
    for wanted in (True, True, False):
        await asyncio.to_thread(feed.send_back, wanted)
        await settled()
        shown.append(feed.preview.source)
    assert shown == [camera.source, camera.source, None]
    assert feed.video is camera.source


# Connections that come and go


async def test_the_same_again_is_free(feed: Feed, told: Told, camera: Arrived, microphone: Arrived) -> None:
    """Every run of a page carries what it sees."""
    for _ in range(3):
        feed.carry((camera, microphone), CAP)
    await settled()
    assert (told.times, camera.source.caps) == (1, [CAP])


async def test_it_is_carried_from_another_thread(feed: Feed, camera: Arrived) -> None:
    """Pages run on threads of their own; the loop does the work."""
    page = threading.Thread(target=feed.carry, args=((camera,), CAP))
    page.start()
    page.join()
    assert feed.video is None
    await settled()
    assert feed.video is camera.source


async def test_a_new_connection_takes_over(feed: Feed, camera: Arrived, preview: Preview) -> None:
    """The old one is read until the new one has a keyframe, and then no more."""
    mirror(feed)
    feed.carry((camera,), CAP)
    await settled()
    old, new = feed.rendering, Arrived("video")
    assert old
    publish(camera.source, *encoded([100]))
    await until(lambda: preview.packets)
    feed.carry((new,), CAP)
    await settled()
    assert feed.rendering is not old
    publish(new.source, *encoded([100]))
    await until(lambda: len(preview.packets) == 2)
    await settled()
    assert old.readers == camera.source.readers == ()


async def test_a_camera_that_ends_leaves_nothing(feed: Feed, told: Told, camera: Arrived, microphone: Arrived) -> None:
    """Not a frame that stands still; the sound goes on."""
    feed.send_back(wanted=True)
    feed.carry((camera, microphone), CAP)
    await settled()
    before = told.times
    camera.end()
    await settled()
    assert (feed.video, feed.audio, feed.preview.source) == (None, microphone.source, None)
    assert told.times > before
    microphone.end()
    assert feed.audio is None


async def test_an_end_that_comes_late_harms_nobody(feed: Feed, camera: Arrived) -> None:
    """The old connection is closed when the new one carries already."""
    feed.carry((camera,), CAP)
    await settled()
    new = Arrived("video")
    feed.carry((new,), CAP)
    await settled()
    camera.end()
    await settled()
    assert feed.video is new.source


# The bitrate


async def test_the_cap_reaches_the_browser(feed: Feed, camera: Arrived) -> None:
    """Also when it changes in a call: the person has chosen another size."""
    feed.carry((camera,), CAP)
    await settled()
    feed.carry((camera,), HIGH)
    await settled()
    assert camera.source.caps == [CAP, HIGH]


async def test_all_that_a_person_sends_is_told_apart(feed: Feed, camera: Arrived) -> None:
    """By the order of the m-lines. Each picture has its own cap, and what an effect makes has one size."""
    microphone, small, screen, sound = Arrived("audio"), Arrived("video"), Arrived("video"), Arrived("audio")
    feed.carry((microphone, camera, small, screen, sound), CAP)
    await settled()
    assert (feed.layers, feed.audio) == (Layers(camera.source, small.source), microphone.source)
    assert (feed.screen, feed.screen_sound) == (screen.source, sound.source)
    assert [each.source.caps for each in (camera, small, screen)] == [[CAP], [SMALL_BITRATE], [SCREEN_BITRATE]]
    mirror(feed)
    assert feed.layers == Layers(feed.rendering)
    feed.carry((microphone, camera), CAP)
    await settled()
    assert (feed.screen, feed.screen_sound) == (None, None)


async def test_the_cap_reaches_the_encoder(feed: Feed, camera: Arrived) -> None:
    """What an effect makes may take as much as what comes, also after a change."""
    feed.carry((camera,), CAP)
    await settled()
    assert feed.rendering
    before = feed.rendering
    feed.carry((camera, Arrived("audio")), HIGH)
    await settled()
    assert feed.rendering is before
    assert before._bitrate() == HIGH


async def test_a_feed_that_nobody_watches_is_not_decoded(feed: Feed, camera: Arrived) -> None:
    """Not even with an effect on."""
    mirror(feed)
    feed.carry((camera,), CAP)
    await settled()
    publish(camera.source, *encoded([100]))
    assert not camera.source.readers
    assert feed.rendering
    feed.rendering.add(reader := Kept())
    assert camera.source.readers == (feed.rendering,)
    feed.rendering.remove(reader)
    assert not camera.source.readers

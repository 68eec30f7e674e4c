"""What a participant watches and hears: whatever is shown reaches every connection that is open for it."""

import asyncio

import pytest

from calls.media.outgoing import OutgoingTrack
from calls.media.stage import Screen, Stage
from tests.tracks import Asked, piece, publish, settled, tick


@pytest.fixture
async def screen() -> Screen:
    return Screen(asyncio.get_running_loop(), "video")


def opened(screen: Screen) -> tuple[OutgoingTrack, list[int]]:
    """A track with a connection, and the timestamps that it sends."""
    track, sent = screen.open(), list[int]()
    track.begin(lambda packet, *_: sent.append(packet.timestamp))
    return track, sent


async def test_every_connection_shows_the_same(screen: Screen) -> None:
    """A second tab, or one that comes back, is shown what is on: from the next keyframe on, which is asked for."""
    source = Asked()
    screen.show(source)
    _, first = opened(screen)
    publish(source, piece(0, entry=True))
    _, second = opened(screen)
    publish(source, piece(1), piece(2, entry=True))
    assert (len(first), len(second)) == (3, 1)
    assert source.keyframes >= 1


async def test_what_is_shown_changes_for_all(screen: Screen) -> None:
    """Without any doing of theirs: the tracks stay the same."""
    sources, (_, first), (_, second) = [Asked(), Asked()], opened(screen), opened(screen)
    for number, source in enumerate(sources):
        screen.show(source)
        publish(source, piece(number, entry=True))
    assert first == second
    assert len(first) == 2
    assert (screen.source, sources[0].readers) == (sources[1], ())


async def test_a_track_without_a_connection_costs_nothing(screen: Screen) -> None:
    """A page opens one at every run, and the connection takes the first."""
    source = Asked()
    screen.show(source)
    for _ in range(3):
        screen.open()
    assert source.readers == ()
    assert source.keyframes == 0


async def test_a_connection_that_ends_is_forgotten(screen: Screen) -> None:
    """The others go on, and what is shown later is not shown to it."""
    first, second = Asked(), Asked()
    screen.show(first)
    (track, gone), (_, here) = opened(screen), opened(screen)
    track.stop()
    await settled()
    screen.show(second)
    publish(second, piece(0, entry=True))
    assert (len(gone), len(here)) == (0, 1)
    assert (first.readers, len(second.readers)) == ((), 1)


async def test_a_stage_has_a_picture_and_a_sound() -> None:
    """Each goes its own way; sound needs no keyframe."""
    stage, video, audio = Stage(asyncio.get_running_loop()), Asked("video"), Asked("audio")
    (_, seen), (_, heard) = opened(stage.video), opened(stage.audio)
    stage.show(video, audio)
    publish(video, piece(1))
    publish(audio, tick(1), tick(2))
    assert (len(seen), len(heard)) == (0, 2)
    stage.show(None, None)
    assert video.readers == audio.readers == ()

"""Calls between two clients without browsers: what is seen, how soon, and what loss and effects do to it."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from calls.media.source import Source
from calls.media.workers import WORKERS
from tests.party import BLUE, GREEN, RED, Guest, Party, Standstill, can_take, clip, party, start_threads
from tests.rtc_client import Clip, until
from tests.tracks import count_work

pytestmark = pytest.mark.realtime

FROZEN = 2.0  # seconds: the longest that a picture may stand still, whatever is lost
SOON = 1.0  # seconds: who comes late sees something by then


@pytest.fixture
async def room() -> AsyncIterator[Party]:
    async with party() as made:
        yield made


def seen_by(guest: Guest) -> set[Source]:
    """What this person's connection sends now."""
    return {vars(track)["_source"] for track in vars(guest.shown)["_tracks"]}


async def shows(viewer: Guest, of: Guest) -> None:
    """Wait until the viewer is shown what the other sends now."""
    await until(lambda: seen_by(viewer) == {of.feed.video})


async def test_two_see_and_hear_each_other(room: Party) -> None:
    """Colour and tone of the other, and never the own."""
    alice, bob = await room.enters("Alice", RED, 440), await room.enters("Bob", BLUE, 880)
    await until(lambda: alice.video.shows(BLUE) and bob.video.shows(RED))
    await until(lambda: alice.audio.hears(880) and bob.audio.hears(440))
    assert not alice.audio.hears(440)
    assert not bob.audio.hears(880)


async def test_an_effect_is_seen_and_taken_off_again(room: Party) -> None:
    """By the other, in the same stream."""
    alice, bob = await room.enters("Alice", RED), await room.enters("Bob", BLUE, 880)
    await until(lambda: bob.video.shows(RED))
    alice.chooses("Grayscale")
    await until(lambda: bob.video.shows((88, 88, 88)))
    alice.chooses()
    await until(lambda: bob.video.shows(RED))


# How soon


async def test_a_late_joiner_sees_everybody_soon(room: Party) -> None:
    """Within a second of connecting, in the middle of streams with a keyframe a minute: one is asked for."""
    await room.enters("Alice", GREEN, decode=False)
    bob = await room.enters("Bob", GREEN, 880, decode=False)
    await until(lambda: bob.video.frames > 10)
    carol = await room.enters("Carol", BLUE, 600)
    async with Standstill(carol, bob) as still:
        await until(lambda: carol.sees(bob).picture)
    assert still.longest < SOON
    for other in room.guests[:2]:
        await until(lambda other=other: carol.sees(other).shows(GREEN))  # type: ignore[misc]


async def test_who_answers_sees_the_other_soon(room: Party) -> None:
    """Both were connected while it rang: the switch of the stage is all that `Accept` has to wait for."""
    alice, bob = await room.enters("Alice", RED), await room.enters("Bob", BLUE, 880)
    room.registry.put_down(bob.id, room.code)
    await until(lambda: alice.shown.source is None and bob.shown.source is None)
    count = bob.video.frames
    room.registry.accept(bob.id, room.registry.call(alice.id, bob.id))
    async with Standstill(bob, alice) as still:
        await until(lambda: bob.video.frames > count)
    assert still.longest < SOON


# Loss


@pytest.mark.parametrize("loss", [0.02, 0.1])
async def test_loss_degrades_and_never_freezes(room: Party, loss: float) -> None:
    """Of the packets of both, each way. What is forwarded and what an effect has changed: the picture goes on, the
    longest pause is short, and all is well afterwards."""
    alice = await room.enters("Alice", clip(bitrate=300_000), decode=False)
    bob = await room.enters("Bob", clip(bitrate=300_000), 880, decode=False)
    alice.chooses("Mirror")
    await shows(bob, alice)
    await until(lambda: alice.video.frames > 5 and bob.video.frames > 5)
    pairs = ((alice, bob), (bob, alice))
    before = [(sender.client.camera.count, viewer.video.frames) for sender, viewer in pairs]
    alice.client.loss = bob.client.loss = loss
    async with Standstill(alice, bob) as one, Standstill(bob, alice) as other:
        await until(lambda: alice.client.camera.count >= before[0][0] + 45)
    assert max(one.longest, other.longest) < FROZEN
    for (sender, viewer), (sent, seen) in zip(pairs, before, strict=True):
        assert viewer.video.frames - seen > 0.3 * (sender.client.camera.count - sent)
        assert sender.client.lost > 0
    alice.client.loss = bob.client.loss = 0.0
    counts = [viewer.video.frames for viewer in (alice, bob)]
    async with Standstill(alice, bob) as one, Standstill(bob, alice) as other:
        await until(lambda: all(viewer.video.frames > n + 15 for viewer, n in zip((alice, bob), counts, strict=True)))
    assert max(one.longest, other.longest) < SOON


async def test_a_line_that_was_dead_comes_back(room: Party) -> None:
    """Two seconds without a packet, as in a tunnel: the picture is there again soon."""
    alice = await room.enters("Alice", clip(bitrate=300_000), decode=False)
    bob = await room.enters("Bob", None, 880, decode=False)
    await until(lambda: bob.video.frames > 5)
    alice.client.loss, count = 1.0, alice.client.camera.count
    await until(lambda: alice.client.camera.count > count + 30)
    frames, alice.client.loss = bob.video.frames, 0.0
    async with Standstill(bob, alice) as still:
        await until(lambda: bob.video.frames > frames + 3)
    assert still.longest < FROZEN


# Effects


async def test_an_effect_is_encoded_once_for_all_who_see_it(room: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two viewers of one feed: what they get is made once, from pictures that are decoded once."""
    alice = await room.enters("Alice", None, decode=False)
    viewers = [await room.enters(name, None, 800, decode=False) for name in ("Bob", "Carol")]
    alice.chooses("Grayscale")
    for viewer in viewers:
        await shows(viewer, alice)
    work = count_work(monkeypatch)
    camera, counts = alice.client.camera, [viewer.video.frames for viewer in viewers]
    sent = camera.count
    await until(lambda: all(viewer.video.frames > count + 20 for viewer, count in zip(viewers, counts, strict=True)))
    passed = camera.count - sent
    assert work["pictures encoded"] <= passed + 2
    assert work["pictures decoded"] <= passed + 2
    got = [viewer.video.frames - count for viewer, count in zip(viewers, counts, strict=True)]
    assert min(got) >= 0.8 * work["pictures encoded"]


async def test_the_encoder_follows_what_a_viewer_can_take(room: Party) -> None:
    """With an effect on, a slow viewer makes the server's encoder slower, and not the sender."""
    alice = await room.enters("Alice", clip(bitrate=600_000), decode=False)
    bob = await room.enters("Bob", None, 880, decode=False)
    alice.chooses("Mirror")
    await shows(bob, alice)
    rendering, sender = alice.feed.rendering, vars(bob.sender)
    assert rendering
    await until(lambda: sender["capacity"]._rate > 330_000)
    await can_take(bob, 280_000)
    await until(lambda: vars(rendering)["_limit"] == 280_000)
    await until(lambda: sender["capacity"]._rate < 330_000)
    assert not vars(vars(rendering)["_original"])["_limits"]


async def test_an_effect_that_is_switched_on_and_off_leaks_nothing(room: Party) -> None:
    """Fifty times, some faster than the switch takes: no task, no thread, no reader and no waiting work is left, and
    the viewer never sees the picture stand still."""
    alice = await room.enters("Alice", Clip.make(160, 120, 30, 150_000, 4.0), decode=False)
    bob = await room.enters("Bob", None, 880, decode=False)
    start_threads()
    await until(lambda: bob.video.frames > 5)
    before = state(alice)
    async with Standstill(bob, alice) as still:
        for number in range(50):
            alice.chooses(*("Mirror",) * ((number + 1) % 2))
            count = bob.video.frames
            await until(lambda count=count: bob.video.frames > count)  # type: ignore[misc]
            if number % 10 == 0:
                await shows(bob, alice)
        await shows(bob, alice)
    assert alice.feed.video is not alice.feed.rendering
    assert still.longest < SOON
    await until(lambda: state(alice) == before)


def state(guest: Guest) -> tuple[int, int, int, int]:
    """What could leak while a person's effect is toggled."""
    assert guest.feed.rendering
    source = vars(guest.feed.rendering)["_original"]
    waiting = WORKERS._work_queue.qsize()
    return len(asyncio.all_tasks()), threading.active_count(), len(source.readers), waiting


async def test_time_does_not_run_away(room: Party) -> None:
    """Nothing in the way keeps more than two pictures: so many have been sent at most when one is seen."""
    alice, bob = await room.enters("Alice", None, decode=False), await room.enters("Bob", None, 880)
    bob.video.source = alice.client.camera
    alice.chooses("Grayscale")
    await shows(bob, alice)
    bob.video.behind.clear()
    await until(lambda: len(bob.video.behind) > 20)
    assert sorted(bob.video.behind)[10] <= 2
    assert alice.feed.rendering
    assert alice.feed.rendering.age < 1.0

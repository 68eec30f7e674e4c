"""Five people in one room, without browsers: each sees and hears what they have chosen, and each thing is made once.

The room is made once for all tests of this module, in their order: to connect five people takes seconds.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from calls.rooms import Layout
from tests.party import BLUE, GREEN, RED, VIOLET, YELLOW, Guest, Party, party
from tests.rtc_client import until
from tests.tracks import count_work

pytestmark = [pytest.mark.realtime, pytest.mark.asyncio(loop_scope="module")]

COLOURS = (RED, GREEN, BLUE, YELLOW, VIOLET)
TONES = (420, 660, 900, 1_340, 1_980)  # no sum, difference or multiple of two is a third
LOUD = -6  # dBov: the sum of four is three times too loud

PLACES = ((0, 0), (1 / 3, 0), (2 / 3, 0), (1 / 6, 1 / 2), (1 / 2, 1 / 2))
"""Where each tile of five is: its left and upper edge, as parts of the picture."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room() -> AsyncIterator[Party]:
    async with party() as made:
        for number, (colour, tone) in enumerate(zip(COLOURS, TONES, strict=True)):
            await made.enters(f"Person {number}", colour, tone, level=LOUD)
        yield made


def tile(number: int) -> tuple[float, float, float, float]:
    """The part of the grid in which a camera is, below its number and above its name."""
    left, top = PLACES[number]
    return left + 0.1, top + 0.25, left + 0.25, top + 0.4


async def everybody(room: Party, layout: Layout) -> None:
    for guest in room.guests:
        room.lays_out(guest, layout)
    await asyncio.sleep(0)


async def alone_speaks(room: Party, speaker: Guest) -> None:
    """One speaks, the others are silent."""
    for guest in room.guests:
        guest.client.microphone.speaking = guest is speaker


async def test_everybody_sees_everybody(room: Party) -> None:
    """From three on that is what is shown without a choice: each one's colour in each one's place."""
    for viewer in room.guests:
        await until(lambda viewer=viewer: all(viewer.video.shows(COLOURS[n], tile(n)) for n in range(5)))  # type: ignore[misc]
    sizes = {
        (viewer.video.picture.width, viewer.video.picture.height) for viewer in room.guests if viewer.video.picture
    }
    assert sizes == {(960, 480)}


async def test_each_hears_the_others_and_not_the_own_voice(room: Party) -> None:
    """Four tones of five, about equally loud, and the fifth not at all."""
    for guest in room.guests:
        guest.client.microphone.speaking = True
    for number, guest in enumerate(room.guests):
        await until(partial(hears_the_others, number, guest))


def hears_the_others(number: int, listener: Guest) -> bool:
    """And not the own voice: measured in the last half second."""
    levels = [listener.audio.level(tone) for tone in TONES]
    own = levels.pop(number)
    return min(levels) > -30 and max(levels) - min(levels) < 3 and own < min(levels) - 30


async def test_nothing_clips_when_all_are_loud(room: Party) -> None:
    """The sum is made quieter as a whole: it has no tones that nobody made."""
    for number, guest in enumerate(room.guests):
        await until(partial(sounds_clean, number, guest))


def sounds_clean(number: int, listener: Guest) -> bool:
    """Loud, and without what clipping adds: multiples of the tones, and their sums and differences."""
    others = [tone for tone in TONES if tone != TONES[number]]
    made = {3 * one for one in others} | {2 * one - other for one in others for other in others}
    strange = [tone for tone in made if tone > 100 and min(abs(tone - real) for real in TONES) > 50]
    loudest = max(map(listener.audio.level, others))
    return 0.5 < listener.audio.peak <= 1.0 and max(map(listener.audio.level, strange)) < loudest - 30


async def test_the_grid_is_made_once(room: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever watches: one picture encoded per turn, each camera decoded once, and one sound for each listener."""
    viewer, cameras = room.guests[0], [guest.client.camera for guest in room.guests]
    work, sent = count_work(monkeypatch), sum(camera.count for camera in cameras)
    frames, ticks = viewer.video.frames, viewer.audio.frames
    await until(lambda: viewer.video.frames > frames + 15 and viewer.audio.frames > ticks + 30)
    came, heard = viewer.video.frames - frames, viewer.audio.frames - ticks
    assert work["pictures encoded"] <= came + 5  # some were under way
    assert work["pictures decoded"] <= 1.3 * (sum(camera.count for camera in cameras) - sent)
    assert work["sound encoded"] <= 5 * (heard + 10)
    assert work["voices decoded"] <= 5 * (heard + 10)


async def test_the_speaker_follows_the_tone(room: Party) -> None:
    """Each sees who speaks, and who speaks sees who did before."""
    await everybody(room, Layout.SPEAKER)
    speaker, before = room.guests[0], room.guests[1]
    await alone_speaks(room, before)
    await until(lambda: all(guest.video.shows(GREEN) for guest in room.guests if guest is not before))
    for number in (2, 4, 0):
        speaker = room.guests[number]
        await alone_speaks(room, speaker)
        others = [guest for guest in room.guests if guest is not speaker]
        await until(lambda others=others, number=number: all(g.video.shows(COLOURS[number]) for g in others))  # type: ignore[misc]
        await until(lambda: speaker.video.shows(COLOURS[room.guests.index(before)]))  # noqa: B023
        before = speaker


async def test_one_who_coughs_does_not_take_the_picture(room: Party) -> None:
    """Nor does silence: who spoke last stays."""
    changes = list[tuple[str, ...]]()
    room.registry.listen(lambda _: changes.append(room.registry.snapshot().rooms[0].speakers[:1]))
    speaker, cougher, *_ = room.guests
    for _ in range(2):
        cougher.client.microphone.speaking = True
        count = cougher.client.microphone.count
        await until(lambda count=count: cougher.client.microphone.count > count + 8)  # type: ignore[misc]
        cougher.client.microphone.speaking = False
        await until(lambda count=count: cougher.client.microphone.count > count + 40)  # type: ignore[misc]
    speaker.client.microphone.speaking = False
    count = cougher.client.microphone.count
    await until(lambda: cougher.client.microphone.count > count + 50)
    assert set(changes) <= {(speaker.id,)}


async def test_who_is_pinned_stays_whoever_speaks(room: Party) -> None:
    """The other viewers follow the speaker meanwhile."""
    viewer, pinned, first, second, other = room.guests
    room.lays_out(viewer, Layout.PIN, pinned)
    for speaker in (first, second):
        await alone_speaks(room, speaker)
        colour = COLOURS[room.guests.index(speaker)]
        await until(lambda colour=colour: other.video.shows(colour))  # type: ignore[misc]
        await until(lambda: viewer.video.shows(GREEN))
    numbers = len(viewer.video.numbers)
    await until(lambda: len(viewer.video.numbers) > numbers + 10)
    assert viewer.video.shows(GREEN)


async def test_without_a_grid_nothing_is_decoded(room: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five people who watch a speaker cost no picture: the packets are forwarded."""
    work, count = count_work(monkeypatch), room.guests[0].video.frames
    await until(lambda: room.guests[0].video.frames > count + 15)
    assert work.keys() <= {"voices decoded", "sound encoded"}


async def test_who_leaves_leaves_the_picture(room: Party) -> None:
    """The others' tiles move up, and their voices go on; two who are left see each other large again."""
    await everybody(room, Layout.AUTO)
    for guest in room.guests:
        guest.client.microphone.speaking = True
    for _ in range(2):
        await room.leaves(room.guests[-1])
    viewer = room.guests[0]
    await until(
        lambda: viewer.video.shows(BLUE, (0.35, 0.6, 0.6, 0.8)) and viewer.video.shows(GREEN, (0.6, 0.1, 0.8, 0.3))
    )
    await until(
        lambda: viewer.audio.hears(TONES[1]) and viewer.audio.hears(TONES[2]) and not viewer.audio.hears(TONES[3])
    )
    await room.leaves(room.guests[-1])
    await until(lambda: viewer.video.shows(GREEN, (0.05, 0.4, 0.95, 0.95)))
    await until(lambda: viewer.audio.level(TONES[1]) > -10 and not viewer.audio.hears(TONES[2]))

"""Five people in one room, without browsers: each sees and hears all the others, and
nothing is decoded.

The room is made once for all tests of this module, in their order: to connect five people takes seconds.
"""

from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from tests.party import BLUE, GREEN, RED, VIOLET, YELLOW, Guest, Party, party
from tests.rtc_client import until
from tests.tracks import count_work

pytestmark = [pytest.mark.realtime, pytest.mark.asyncio(loop_scope="module")]

COLOURS = (RED, GREEN, BLUE, YELLOW, VIOLET)
TONES = (420, 660, 900, 1_340, 1_980)  # no sum, difference or multiple of two is a third
LOUD = -6  # dBov


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room() -> AsyncIterator[Party]:
    async with party(len(COLOURS)) as made:
        for number, (colour, tone) in enumerate(zip(COLOURS, TONES, strict=True)):
            await made.enters(f"Person {number}", colour, tone, level=LOUD)
        yield made


async def alone_speaks(room: Party, speaker: Guest) -> None:
    """One speaks, the others are silent."""
    for guest in room.guests:
        guest.client.microphone.speaking = guest is speaker


def speakers(room: Party) -> tuple[str, ...]:
    """Who spoke last."""
    return room.registry.snapshot().rooms[0].speakers[:1]


async def test_everybody_sees_everybody(room: Party) -> None:
    """Each one's colour in each one's slot, and nothing in one's own."""
    for viewer in room.guests:
        for number, other in enumerate(room.guests):
            if other is not viewer:
                await until(lambda v=viewer, o=other, n=number: v.sees(o).shows(COLOURS[n]))  # type: ignore[misc]
        assert viewer.sees(viewer).frames == 0


async def test_each_hears_the_others_and_not_the_own_voice(room: Party) -> None:
    """Each voice comes by itself, as it was sent."""
    for guest in room.guests:
        guest.client.microphone.speaking = True
    for number, guest in enumerate(room.guests):
        for listener in room.guests:
            if listener is not guest:
                await until(partial(listener.hears(guest).hears, TONES[number]))
        assert guest.hears(guest).frames == 0


async def test_nothing_is_decoded(room: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five people who see each other cost neither a decoder nor an encoder: packets are forwarded."""
    work, (viewer, other, *_) = count_work(monkeypatch), room.guests
    count, sound = viewer.sees(other).frames, viewer.hears(other).frames
    await until(lambda: viewer.sees(other).frames > count + 15 and viewer.hears(other).frames > sound + 15)
    assert not work


async def test_the_speaker_follows_the_tone(room: Party) -> None:
    """Whoever is to be heard, after one who was."""
    for number in (1, 2, 4, 0):
        await alone_speaks(room, room.guests[number])
        await until(lambda number=number: speakers(room) == (room.guests[number].id,))  # type: ignore[misc]


async def test_one_who_coughs_does_not_become_the_speaker(room: Party) -> None:
    """Nor does silence: who spoke last stays."""
    changes = list[tuple[str, ...]]()
    room.registry.listen(lambda _: changes.append(speakers(room)))
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


async def test_who_leaves_leaves_the_others_as_they_are(room: Party) -> None:
    """The others' pictures and voices go on in their slots, and the one who has gone is seen no more."""
    viewer, other, *_, gone = room.guests
    for guest in room.guests:
        guest.client.microphone.speaking = True
    await room.leaves(gone)
    assert viewer.stage.video[gone.slot].source is None
    frames, sound = viewer.sees(other).frames, viewer.hears(other).frames
    await until(lambda: viewer.sees(other).frames > frames + 15 and viewer.hears(other).frames > sound + 15)
    assert viewer.sees(other).shows(COLOURS[1])

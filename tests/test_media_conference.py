"""The media of one room: who sees whom and hears whom, by slot."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from calls.effects.chain import Choice
from calls.media.conference import Conference
from calls.media.feed import Feed
from calls.media.rendering import Rendering
from calls.media.source import Source
from calls.media.stage import Slot, Stage
from calls.rooms import Room, Tile, TileKind
from tests.tracks import Arrived, settled

NAMES = ("ada", "bob", "carol", "dave")
SLOTS = 3

Shown = list[Source | str | None]


class Meeting:
    """A room with some people in it, each with a camera and a microphone on."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.spoke: list[str] = []
        self.conference = Conference(self.spoke.append)
        self.cameras = {who: Arrived("video") for who in NAMES}
        self.microphones = {who: Arrived("audio") for who in NAMES}
        self.screens = {who: Arrived("video") for who in NAMES}
        self.sounds = {who: Arrived("audio") for who in NAMES}
        self.feeds = {who: Feed(loop, lambda: None) for who in NAMES}
        self.stages = {who: Stage(loop, SLOTS) for who in NAMES}
        self.room = Room("code", 0.0)

    async def begin(self) -> None:
        """Everybody's connection is there."""
        for who, feed in self.feeds.items():
            small = Arrived("video")
            tracks = (self.microphones[who], self.cameras[who], small, self.screens[who], self.sounds[who])
            feed.carry(tracks, 500_000)
        await settled()

    def meet(self, *tiles: str) -> None:
        """These are in the room now, in these slots; "" stands for a free one."""
        members = tuple(who for who in tiles if who)
        self.room = replace(self.room, members=members, tiles=tuple(Tile(who) if who else None for who in tiles))
        self.wire()

    def wire(self) -> None:
        self.conference.wire(self.room, self.feeds, self.stages, dict.fromkeys(NAMES, ()))

    def seen(self, who: str) -> Shown:
        """Whose camera this person sees in each slot, by name; something else as it is."""
        return _named(self.stages[who].video, self.cameras)

    def heard(self, who: str) -> Shown:
        """Whose microphone this person hears in each slot, by name; something else as it is."""
        return _named(self.stages[who].audio, self.microphones)

    @property
    def readers(self) -> int:
        """How many readers all cameras and microphones have."""
        tracks = (*self.cameras.values(), *self.microphones.values())
        return sum(len(track.source.readers) for track in tracks)


def _named(slots: tuple[Slot, ...], tracks: dict[str, Arrived]) -> Shown:
    names: dict[Source, str] = {track.source: who for who, track in tracks.items()}
    return [slot.source and names.get(slot.source, slot.source) for slot in slots]


@pytest.fixture
async def meeting() -> AsyncIterator[Meeting]:
    made = Meeting()
    await made.begin()
    yield made
    made.conference.close()
    await settled()


async def test_each_sees_and_hears_the_others_in_their_slots(meeting: Meeting) -> None:
    """And not oneself: that slot stays empty."""
    meeting.meet("ada", "bob", "carol")
    assert meeting.seen("ada") == meeting.heard("ada") == [None, "bob", "carol"]
    assert meeting.seen("bob") == meeting.heard("bob") == ["ada", None, "carol"]


async def test_who_has_gone_is_in_no_slot(meeting: Meeting) -> None:
    """The others stay in theirs, and who comes next takes the free one."""
    meeting.meet("ada", "bob", "carol")
    meeting.meet("ada", "", "carol")
    assert meeting.seen("ada") == meeting.heard("ada") == [None, None, "carol"]
    meeting.meet("ada", "dave", "carol")
    assert meeting.seen("ada") == [None, "dave", "carol"]
    meeting.meet("ada")
    assert meeting.seen("ada") == meeting.heard("ada") == [None] * SLOTS


async def test_who_has_no_slot_is_not_shown(meeting: Meeting) -> None:
    """A room may have more people than a stage has slots: the others are shown."""
    meeting.meet(*NAMES)
    assert meeting.seen("ada") == [None, "bob", "carol"]
    assert meeting.seen("dave") == ["ada", "bob", "carol"]


async def test_a_screen_has_a_slot_of_its_own(meeting: Meeting) -> None:
    """With its sound, and beside the camera; who shares it does not get it back."""
    tiles = (Tile("ada"), Tile("bob"), Tile("bob", TileKind.SCREEN))
    meeting.room = replace(meeting.room, members=("ada", "bob"), tiles=tiles, sharers=("bob",))
    meeting.wire()
    assert meeting.seen("ada") == [None, "bob", meeting.screens["bob"].source]
    assert meeting.heard("ada") == [None, "bob", meeting.sounds["bob"].source]
    assert meeting.seen("bob") == ["ada", None, None]


async def test_an_effect_is_seen(meeting: Meeting) -> None:
    """What the feed sends is what the slots of all viewers carry."""
    meeting.meet("ada", "bob", "carol")
    meeting.feeds["bob"].chain.choose([Choice("Mirror")])
    meeting.wire()
    assert isinstance(meeting.seen("ada")[1], Rendering)
    assert meeting.seen("ada")[1] is meeting.seen("carol")[1]
    meeting.feeds["bob"].chain.choose([])
    meeting.wire()
    assert meeting.seen("ada")[1] == "bob"


async def test_who_does_not_send_has_a_place(meeting: Meeting) -> None:
    """And sees and hears the others; so does who sends no more, whatever the browser said last."""
    del meeting.feeds["carol"]
    meeting.cameras["bob"].end()
    meeting.microphones["bob"].end()
    await settled()
    meeting.meet("ada", "bob", "carol")
    assert meeting.seen("ada") == meeting.heard("ada") == [None] * SLOTS
    assert meeting.seen("carol") == meeting.heard("carol") == ["ada", None, None]


async def test_nobody_listens_to_two_who_talk(meeting: Meeting) -> None:
    """Of three, it has to be known who speaks, by the loudness on the packets."""
    meeting.meet("ada", "bob")
    assert meeting.readers == 0
    meeting.meet("ada", "bob", "carol")
    assert meeting.readers == 3
    meeting.meet("ada", "bob")
    assert meeting.readers == 0
    meeting.meet("ada", "bob", "carol")
    meeting.conference.close()
    assert meeting.readers == 0

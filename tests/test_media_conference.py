"""The media of one room: who sees whom and hears whom, and nothing that nobody watches or hears."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from calls.effects.chain import Choice
from calls.media.conference import Conference
from calls.media.feed import Feed
from calls.media.mixer import Ear
from calls.media.mosaic import Mosaic, Tile
from calls.media.rendering import Rendering
from calls.media.source import Source
from calls.media.stage import Stage
from calls.rooms import Layout, Participant, Room
from tests.tracks import Arrived, Kept, settled

NAMES = ("ada", "bob", "carol", "dave")


class Meeting:
    """A room with some people in it, each with a camera and a microphone on."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.spoke: list[str] = []
        self.conference = Conference(self.spoke.append, 1_000_000)
        self.people = {who: Participant(who, who.title(), 0.0, camera=True, microphone=True) for who in NAMES}
        self.cameras = {who: Arrived("video") for who in NAMES}
        self.microphones = {who: Arrived("audio") for who in NAMES}
        self.feeds = {who: Feed(loop, lambda: None) for who in NAMES}
        self.stages = {who: Stage(loop) for who in NAMES}
        self.room = Room("code", 0.0)

    async def begin(self) -> None:
        """Everybody's connection is there."""
        for who, feed in self.feeds.items():
            feed.carry(self.cameras[who], self.microphones[who], 500_000)
        await settled()

    def meet(self, *members: str, speakers: tuple[str, ...] = ()) -> None:
        """These are in the room now, and spoke in this order."""
        self.room = replace(self.room, members=members, speakers=speakers)
        self.wire()

    def wire(self) -> None:
        self.conference.wire(self.room, self.people, self.feeds, self.stages)

    def chooses(self, who: str, layout: Layout, pinned: str | None = None) -> None:
        self.people[who] = replace(self.people[who], layout=layout, pinned=pinned)
        self.wire()

    def seen(self, who: str) -> Source | str | None:
        """Whose camera this person sees, by name; something else as it is."""
        source = self.stages[who].video.source
        return next((name for name, camera in self.cameras.items() if camera.source is source), source)

    def heard(self, who: str) -> Source | str | None:
        """Whose microphone this person hears, by name; something else as it is."""
        source = self.stages[who].audio.source
        return next((name for name, microphone in self.microphones.items() if microphone.source is source), source)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """What the room's grid would show."""
        tiles: tuple[Tile, ...] = vars(self.conference)["_mosaic"]._tiles
        return tiles


@pytest.fixture
async def meeting() -> AsyncIterator[Meeting]:
    made = Meeting()
    await made.begin()
    yield made
    made.conference.close()
    await settled()


# Two


async def test_two_see_and_hear_each_other_as_they_are(meeting: Meeting) -> None:
    """Nothing is mixed, and nobody listens for who speaks: a packet has one reader at most."""
    meeting.meet("ada", "bob")
    assert (meeting.seen("ada"), meeting.heard("ada")) == ("bob", "bob")
    assert (meeting.seen("bob"), meeting.heard("bob")) == ("ada", "ada")
    assert all(microphone.source.readers == () for microphone in meeting.microphones.values())


async def test_who_is_alone_sees_and_hears_nothing(meeting: Meeting) -> None:
    """Not oneself, and not who was there before."""
    meeting.meet("ada", "bob")
    meeting.meet("ada")
    assert (meeting.seen("ada"), meeting.heard("ada")) == (None, None)
    meeting.chooses("ada", Layout.GRID)
    assert meeting.seen("ada") is None


async def test_two_may_see_the_grid(meeting: Meeting) -> None:
    """Each by their own choice."""
    meeting.meet("ada", "bob")
    meeting.chooses("ada", Layout.GRID)
    assert isinstance(meeting.seen("ada"), Mosaic)
    assert meeting.seen("bob") == "ada"


async def test_an_effect_is_seen(meeting: Meeting) -> None:
    """What the feed sends is what the stage shows."""
    meeting.meet("ada", "bob")
    meeting.feeds["bob"].chain.choose([Choice("Mirror")])
    meeting.wire()
    assert isinstance(meeting.seen("ada"), Rendering)
    meeting.feeds["bob"].chain.choose([])
    meeting.wire()
    assert meeting.seen("ada") == "bob"


# Many


async def test_three_see_the_grid_and_hear_the_mix(meeting: Meeting) -> None:
    """One grid for all, and an ear for each."""
    meeting.meet("ada", "bob", "carol")
    grids, ears = ([look(who) for who in NAMES[:3]] for look in (meeting.seen, meeting.heard))
    assert len(set(grids)) == 1
    assert isinstance(grids[0], Mosaic)
    assert len(set(ears)) == 3
    assert all(isinstance(ear, Ear) for ear in ears)


async def test_each_sees_what_each_has_chosen(meeting: Meeting) -> None:
    """The one who speaks, somebody who is pinned, or everybody."""
    meeting.meet("ada", "bob", "carol", "dave", speakers=("dave", "carol"))
    meeting.chooses("ada", Layout.SPEAKER)
    meeting.chooses("bob", Layout.PIN, "carol")
    meeting.chooses("dave", Layout.SPEAKER)
    assert [meeting.seen(who) for who in ("ada", "bob", "dave")] == ["dave", "carol", "carol"]
    assert isinstance(meeting.seen("carol"), Mosaic)
    meeting.meet(*NAMES, speakers=("bob", "dave", "carol"))
    assert [meeting.seen(who) for who in ("ada", "bob", "dave")] == ["bob", "carol", "bob"]


async def test_when_the_third_goes_it_is_as_before(meeting: Meeting) -> None:
    """Two hear each other as they are, and nothing is mixed on."""
    meeting.meet("ada", "bob", "carol")
    meeting.meet("ada", "bob")
    assert (meeting.seen("ada"), meeting.heard("ada")) == ("bob", "bob")
    await settled()
    assert all(microphone.source.readers == () for microphone in meeting.microphones.values())
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "mixer"]


async def test_what_nobody_watches_is_not_decoded(meeting: Meeting) -> None:
    """In a room of four where all watch the speaker: no camera has a reader but the viewers."""
    meeting.meet(*NAMES, speakers=("dave",))
    for who in NAMES:
        meeting.chooses(who, Layout.SPEAKER)
    assert all(camera.source.readers == () for camera in meeting.cameras.values())
    grid = vars(meeting.conference)["_mosaic"]
    grid.add(viewer := Kept())
    assert all(camera.source.readers for camera in meeting.cameras.values())
    grid.remove(viewer)
    assert all(camera.source.readers == () for camera in meeting.cameras.values())


async def test_a_room_that_closes_leaves_nothing(meeting: Meeting) -> None:
    """No reader, no task."""
    meeting.meet(*NAMES)
    vars(meeting.conference)["_mosaic"].add(viewer := Kept())
    meeting.conference.close()
    vars(meeting.conference)["_mosaic"].remove(viewer)
    await settled()
    tracks = (*meeting.cameras.values(), *meeting.microphones.values())
    assert all(track.source.readers == () for track in tracks)
    assert not [task for task in asyncio.all_tasks() if task.get_name() in {"mixer", "mosaic"}]


async def test_who_does_not_send_yet_has_a_place(meeting: Meeting) -> None:
    """And sees and hears the others."""
    del meeting.feeds["carol"]
    meeting.meet("ada", "carol")
    assert (meeting.seen("ada"), meeting.heard("ada"), meeting.seen("carol")) == (None, None, "ada")
    meeting.meet("ada", "bob", "carol")
    assert isinstance(meeting.heard("carol"), Ear)
    assert [tile.rendering is not None for tile in meeting.tiles] == [True, True, False]


# Tiles


@pytest.mark.parametrize(
    ("camera", "microphone", "note"),
    [
        (True, True, ""),
        (True, False, "muted"),
        (False, True, "camera off"),
        (False, False, "muted · camera off"),
    ],
)
async def test_a_tile_says_what_is_off(meeting: Meeting, *, camera: bool, microphone: bool, note: str) -> None:
    """Beside the name; where the camera is off, nothing is decoded for it."""
    meeting.people["bob"] = replace(meeting.people["bob"], camera=camera, microphone=microphone)
    meeting.meet("ada", "bob", speakers=("ada", "bob"))
    ada, bob = meeting.tiles
    assert (bob.name, bob.note, bob.rendering is not None, bob.speaking) == ("Bob", note, camera, False)
    assert (ada.name, ada.note, ada.rendering, ada.speaking) == ("Ada", "", meeting.feeds["ada"].rendering, True)


async def test_a_camera_that_has_ended_is_not_decoded(meeting: Meeting) -> None:
    """Whatever the browser said last."""
    meeting.meet("ada", "bob")
    meeting.cameras["bob"].end()
    meeting.microphones["bob"].end()
    await settled()
    meeting.wire()
    assert meeting.tiles[1].rendering is None
    assert (meeting.seen("ada"), meeting.heard("ada")) == (None, None)

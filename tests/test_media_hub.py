"""Who sees and hears whom: the media follow the registry."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable

import pytest

from calls.effects.chain import Choice
from calls.media.feed import Feed
from calls.media.hub import MediaHub
from calls.media.source import Source
from calls.media.stage import Slot
from calls.registry import Registry
from calls.rooms import Snapshot
from tests.people import Person, connect, gather
from tests.tracks import Arrived, publish, settled, tick

Shown = set[str | Source]
NOTHING: Shown = set()


class Media:
    """A hub that follows the registry, and what the test's people send."""

    def __init__(self, registry: Registry) -> None:
        self.hub = MediaHub(asyncio.get_running_loop(), slots=4, spoke=registry.speaks)
        self.cameras: dict[str, Arrived] = {}
        self.microphones: dict[str, Arrived] = {}
        registry.listen(lambda _: self.hub.follow(registry.snapshot()))

    async def sends(self, *people: Person) -> list[Feed]:
        """They turn their cameras and microphones on."""
        feeds = [self.hub.open_feed() for _ in people]
        for person, feed in zip(people, feeds, strict=True):
            self.cameras[person.id], self.microphones[person.id] = Arrived("video"), Arrived("audio")
            feed.carry((self.cameras[person.id], self.microphones[person.id]), 500_000)
            self.hub.send(person.id, feed)
        await settled()
        return feeds

    def sees(self, *people: Person) -> list[Shown]:
        """The ids of whose cameras each sees; something else as it is."""
        return [self._whose(self.cameras, self.hub.stage(person.id).video) for person in people]

    def hears(self, *people: Person) -> list[Shown]:
        """The ids of whose microphones each hears; something else as it is."""
        return [self._whose(self.microphones, self.hub.stage(person.id).audio) for person in people]

    def _whose(self, tracks: dict[str, Arrived], slots: Iterable[Slot]) -> Shown:
        names: dict[Source, str] = {track.source: who for who, track in tracks.items()}
        return {names.get(slot.source, slot.source) for slot in slots if slot.source}

    @property
    def kept(self) -> tuple[int, int, int]:
        """How many feeds, stages and rooms the hub knows."""
        hub = vars(self.hub)
        return len(hub["_feeds"]), len(hub["_stages"]), len(hub["_conferences"])


@pytest.fixture
async def media(registry: Registry) -> AsyncIterator[Media]:
    made = Media(registry)
    yield made
    await settled()
    for person in registry.snapshot().people:
        registry.leave(person.id)
    await settled()
    assert made.kept == (0, 0, 0)


async def test_a_call_shows_each_the_other(media: Media, alice: Person, bob: Person, carol: Person) -> None:
    """Nothing while it rings, the other from the answer on, nothing after the end; a third sees nothing at all."""
    await media.sends(alice, bob, carol)
    code = alice.calls(bob)
    await settled()
    assert media.sees(alice, bob, carol) == media.hears(alice, bob, carol) == [NOTHING] * 3
    bob.accepts(code)
    await settled()
    assert media.sees(alice, bob, carol) == media.hears(alice, bob, carol) == [{bob.id}, {alice.id}, NOTHING]
    alice.puts_down(code)
    await settled()
    assert media.sees(alice, bob, carol) == media.hears(alice, bob, carol) == [NOTHING] * 3


async def test_who_sends_later_is_seen(media: Media, alice: Person, bob: Person) -> None:
    """Neither the connection nor the camera has to be there when the call is answered."""
    connect(alice, bob)
    await settled()
    assert media.sees(alice, bob) == [NOTHING, NOTHING]
    await media.sends(alice, bob)
    assert media.sees(alice, bob) == [{bob.id}, {alice.id}]


async def test_an_effect_is_seen_at_once(media: Media, alice: Person, bob: Person) -> None:
    """Its feed tells the hub, which has nothing else to do in that moment."""
    _, feed = await media.sends(alice, bob)
    connect(alice, bob)
    await settled()
    feed.chain.choose([Choice("Mirror")])
    await settled()
    assert media.sees(alice) == [{feed.rendering}]


async def test_a_camera_that_ends_is_seen_no_more(media: Media, alice: Person, bob: Person) -> None:
    """Not even as a picture that stands still."""
    await media.sends(alice, bob)
    connect(alice, bob)
    await settled()
    media.cameras[bob.id].end()
    await settled()
    assert media.sees(alice, bob) == [NOTHING, {alice.id}]


# Rooms


async def test_a_room_shows_nothing_of_another(media: Media, alice: Person, bob: Person, carol: Person) -> None:
    """Two calls at once, and one after the other with somebody else."""
    dave = Person.enters(alice.registry, "Dave")
    people = (alice, bob, carol, dave)
    await media.sends(*people)
    first, second = connect(alice, bob), connect(carol, dave)
    await settled()
    assert media.sees(*people) == [{bob.id}, {alice.id}, {dave.id}, {carol.id}]
    alice.puts_down(first)
    carol.puts_down(second)
    await settled()
    connect(alice, carol)
    await settled()
    assert media.sees(*people) == media.hears(*people) == [{carol.id}, NOTHING, {alice.id}, NOTHING]


async def test_a_change_of_room_is_a_change_of_all(media: Media, alice: Person, bob: Person, carol: Person) -> None:
    """In one step, as a person may take it who is called away: what the old room shows and sounds like is over."""
    registry, people = alice.registry, (alice, bob, carol)
    await media.sends(*people)
    code = gather(*people)
    await settled()
    ids = {person.id for person in people}
    assert media.sees(*people) == media.hears(*people) == [ids - {person.id} for person in people]
    alice.puts_down(code)
    registry.open_room(alice.id)
    await settled()
    assert media.sees(*people) == media.hears(*people) == [NOTHING, {carol.id}, {bob.id}]


async def test_who_comes_or_goes_changes_no_slot_of_another(
    media: Media, alice: Person, bob: Person, carol: Person
) -> None:
    """A tile keeps its place: what is in it goes on, and what is free is taken by the next one."""
    await media.sends(alice, bob, carol)
    code = gather(alice, bob, carol)
    await settled()

    def slot_of(who: Person) -> int:
        return [slot.source for slot in media.hub.stage(alice.id).video].index(media.cameras[who.id].source)

    places = slot_of(bob), slot_of(carol)
    bob.puts_down(code)
    await settled()
    assert slot_of(carol) == places[1]
    bob.registry.join(bob.id, code)
    await settled()
    assert (slot_of(bob), slot_of(carol)) == places


async def test_who_speaks_is_told_to_the_registry(media: Media, alice: Person, bob: Person, carol: Person) -> None:
    """By the loudness in the packets."""
    await media.sends(alice, bob, carol)
    gather(alice, bob, carol)
    await settled()
    levels = {alice.id: 80, bob.id: 80, carol.id: 20}

    async def speaking() -> None:
        number = 0
        while not (carol.view.room and carol.view.room.speakers):
            number += 1
            for who, level in levels.items():
                publish(media.microphones[who].source, tick(number, level=level))
            await asyncio.sleep(0.005)

    await asyncio.wait_for(speaking(), 10)
    room = carol.view.room
    assert room
    assert room.speakers == (carol.id,)


# Following


async def test_an_older_snapshot_is_no_news(media: Media, registry: Registry, alice: Person, bob: Person) -> None:
    """Changes are told on many threads and may overtake one another: the newest holds."""
    await media.sends(alice, bob)
    older = registry.snapshot()
    connect(alice, bob)
    await settled()
    for snapshot in (older, registry.snapshot(), Snapshot(0, (), ())):
        media.hub.follow(snapshot)
        await settled()
        assert media.sees(alice, bob) == [{bob.id}, {alice.id}]


async def test_the_hub_is_used_from_any_thread(media: Media, registry: Registry, alice: Person, bob: Person) -> None:
    """Pages and listeners run on their own; each stage is made once, whoever asks first."""
    stages, feeds = list[object](), dict[str, Feed]()
    camera = Arrived("video")

    def page(person: Person) -> None:
        stages.append(media.hub.stage(person.id))
        feeds[person.id] = media.hub.open_feed()
        feeds[person.id].carry((camera,), 500_000)
        media.hub.send(person.id, feeds[person.id])
        media.hub.follow(registry.snapshot())

    connect(alice, bob)
    pages = [threading.Thread(target=page, args=(person,)) for person in (alice, bob, alice, alice)]
    for thread in pages:
        thread.start()
    for thread in pages:
        thread.join()
    await settled()
    assert len(set(stages)) == 2
    assert camera.source in [slot.source for slot in media.hub.stage(bob.id).video]


async def test_who_sends_before_the_news_is_kept(media: Media, registry: Registry, alice: Person, bob: Person) -> None:
    """A page is drawn, and its feed is there, before the hub has heard that its person has entered."""
    await media.sends(alice)
    stage = media.hub.stage(alice.id)
    media.hub.follow(registry.snapshot())  # in which everybody is, while the hub has heard of nobody
    await settled()
    connect(alice, bob)
    await media.sends(bob)
    assert media.sees(alice, bob) == [{bob.id}, {alice.id}]
    assert media.hub.stage(alice.id) is stage


async def test_a_feed_that_is_sent_again_is_free(media: Media, alice: Person, bob: Person) -> None:
    """Every run of a page does it; another feed takes the place of the first, as after a reload."""
    (feed, _) = await media.sends(alice, bob)
    connect(alice, bob)
    media.hub.send(alice.id, feed)
    await settled()
    old = media.cameras[alice.id].source
    assert media.sees(bob) == [{alice.id}]
    await media.sends(alice)
    assert media.sees(bob) == [{alice.id}]
    assert media.cameras[alice.id].source is not old


async def test_who_leaves_is_forgotten(media: Media, alice: Person, bob: Person, carol: Person) -> None:
    """Nothing is kept of them; what they saw is over, and what others saw of them."""
    await media.sends(alice, bob, carol)
    gather(alice, bob, carol)
    await settled()
    assert media.kept == (3, 3, 1)
    stage = media.hub.stage(carol.id)
    carol.leaves()
    await settled()
    assert not [slot for slot in (*stage.video, *stage.audio) if slot.source]
    assert (media.kept, media.sees(alice, bob)) == ((2, 2, 1), [{bob.id}, {alice.id}])
    alice.leaves()
    bob.leaves()
    await settled()
    assert media.kept == (0, 0, 0)
    tracks = (*media.cameras.values(), *media.microphones.values())
    assert all(track.source.readers == () for track in tracks)


async def test_a_hub_whose_loop_has_ended_hears_nothing(registry: Registry, alice: Person) -> None:
    """The server stops, and the registry's listeners are still called by what runs out: asyncio would raise."""
    loop = asyncio.new_event_loop()
    hub = MediaHub(loop, slots=2)
    loop.close()
    alice.opens_room()
    hub.follow(registry.snapshot())

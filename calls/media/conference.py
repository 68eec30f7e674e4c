"""The media of one room: who sees and hears what."""

from collections.abc import Callable, Mapping

from calls.media.feed import Feed
from calls.media.layout import shown, shows_grid
from calls.media.mixer import Mixer
from calls.media.mosaic import Mosaic, Tile
from calls.media.source import Source
from calls.media.speaker import Speakers
from calls.media.stage import Stage
from calls.rooms import Participant, Room

MIXED_FROM = 3  # people; two hear each other as they are


class Conference:
    """Points the stages of a room at the feeds in it. Nothing is decoded or composed that nobody watches or hears."""

    def __init__(self, spoke: Callable[[str], None], bitrate: int) -> None:
        self._speakers, self._mixer, self._mosaic = Speakers(spoke), Mixer(), Mosaic(bitrate)

    def wire(
        self, room: Room, people: Mapping[str, Participant], feeds: Mapping[str, Feed], stages: Mapping[str, Stage]
    ) -> None:
        """Let everybody in the room see and hear as they have chosen. All mappings are by participant id."""
        members = [people[who] for who in room.members]
        voices = {feed.audio: who for who, feed in feeds.items() if who in room.members and feed.audio}
        several = len(members) >= MIXED_FROM
        self._speakers.listen(voices if several else {})
        self._mixer.listen(voices if several else {}, room.members if several else ())
        self._mosaic.show([_tile(person, feeds.get(person.id), room) for person in members])
        for viewer in members:
            stages[viewer.id].show(self._seen(viewer, room, feeds), self._heard(viewer, room, feeds))

    def close(self) -> None:
        """The room is no more."""
        self._speakers.listen({})
        self._mixer.listen({}, ())
        self._mosaic.show(())

    def _seen(self, viewer: Participant, room: Room, feeds: Mapping[str, Feed]) -> Source | None:
        other = shown(viewer, room)
        if other is None:
            return None
        return self._mosaic if shows_grid(viewer, room) else _video(feeds.get(other))

    def _heard(self, viewer: Participant, room: Room, feeds: Mapping[str, Feed]) -> Source | None:
        if len(room.members) >= MIXED_FROM:
            return self._mixer.ear(viewer.id)
        other = next((feeds[who] for who in room.members if who != viewer.id and who in feeds), None)
        return other.audio if other else None


def _video(feed: Feed | None) -> Source | None:
    return feed.video if feed else None


def _tile(person: Participant, feed: Feed | None, room: Room) -> Tile:
    off = [word for word, on in (("muted", person.microphone), ("camera off", person.camera)) if not on]
    pixels = feed.rendering if feed and feed.video and person.camera else None
    return Tile(person.name, pixels, " · ".join(off), speaking=room.speakers[:1] == (person.id,))

"""The media of one room: who sees and hears what. Packets are forwarded as they come: nothing is decoded for a room."""

from collections.abc import Callable, Collection, Mapping

from calls.media.allotment import Layers
from calls.media.feed import Feed
from calls.media.source import Source
from calls.media.speaker import Speakers
from calls.media.stage import Stage
from calls.rooms import Room, Tile, TileKind

SPEAKS_FROM = 3  # people; of two, nobody has to be told who speaks


class Conference:
    """Points the slots of a room's stages at the feeds in it."""

    def __init__(self, spoke: Callable[[str], None]) -> None:
        self._speakers = Speakers(spoke)

    def wire(
        self,
        room: Room,
        feeds: Mapping[str, Feed],
        stages: Mapping[str, Stage],
        small: Mapping[str, Collection[Tile]],
    ) -> None:
        """Let everybody in the room see and hear the others. All mappings are by participant id; `small` are the tiles
        that somebody's page shows small."""
        voices = {feed.audio: who for who, feed in feeds.items() if who in room.members and feed.audio}
        self._speakers.listen(voices if len(room.members) >= SPEAKS_FROM else {})
        for viewer in room.members:
            stage = stages[viewer]
            for number in range(len(stage.video)):
                tile = room.tiles[number] if number < len(room.tiles) else None
                shown = tile if tile and tile.who != viewer else None
                stage.show(number, *_sources(shown, feeds), large=tile not in small[viewer])

    def close(self) -> None:
        """The room is no more."""
        self._speakers.listen({})


def _sources(tile: Tile | None, feeds: Mapping[str, Feed]) -> tuple[Layers, Source | None]:
    feed = feeds.get(tile.who) if tile else None
    if tile is None or feed is None:
        return Layers(), None
    return (Layers(feed.screen), feed.screen_sound) if tile.kind is TileKind.SCREEN else (feed.layers, feed.audio)

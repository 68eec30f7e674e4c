"""Who sees and hears whom: follows the registry, and points stages at feeds."""

import asyncio
from collections.abc import Callable
from functools import partial

from calls.media.conference import Conference
from calls.media.dimensions import LARGEST, Size
from calls.media.feed import Feed
from calls.media.stage import Stage
from calls.rooms import Snapshot


class MediaHub:
    """The feeds and stages of everybody who is here, by participant id."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        slots: int,
        spoke: Callable[[str, str], None] = lambda room, who: None,  # noqa: ARG005
        ask: Callable[[str, tuple[str, ...]], None] = lambda who, layers: None,  # noqa: ARG005
        largest: Size = LARGEST,
    ) -> None:
        """Each stage has so many slots. `spoke` is told, with the code of the room, who has begun to speak in it, and
        `ask` which layers of a participant's picture are to be sent. No picture larger than `largest` is decoded."""
        self.slots = slots
        self._loop, self._spoke, self._largest = loop, spoke, largest
        self._ask = ask
        self._conferences: dict[str, Conference] = {}
        self._feeds: dict[str, Feed] = {}
        self._stages: dict[str, Stage] = {}
        self._snapshot = Snapshot(-1, (), ())

    def open_feed(self) -> Feed:
        """A feed for one tab. From any thread."""
        return Feed(self._loop, self._wire, ask=self._ask_for, largest=self._largest)

    def send(self, who: str, feed: Feed) -> None:
        """This is what the participant sends. From any thread; the same again is free."""
        if self._feeds.get(who) is not feed:
            self._feeds[who] = feed
            self._loop.call_soon_threadsafe(self._wire)

    def _ask_for(self, feed: Feed, layers: tuple[str, ...]) -> None:
        for who in [who for who, each in self._feeds.items() if each is feed]:
            self._ask(who, layers)

    def feed(self, who: str) -> Feed | None:
        """What this participant sends, with the effects chosen for it. From any thread."""
        return self._feeds.get(who)

    def stage(self, who: str) -> Stage:
        """What this participant watches and hears. From any thread."""
        return self._stages.get(who) or self._stages.setdefault(who, Stage(self._loop, self.slots))

    def follow(self, snapshot: Snapshot) -> None:
        """Let everybody see and hear as the registry says. From any thread; an older snapshot than the last is none."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._follow, snapshot)

    def _follow(self, snapshot: Snapshot) -> None:
        if snapshot.version <= self._snapshot.version:
            return
        before, self._snapshot = self._snapshot, snapshot
        # Somebody may send, or watch, before the snapshot comes that knows them: only who was there can have gone.
        for who in {person.id for person in before.people} - {person.id for person in snapshot.people}:
            self._feeds.pop(who, None)
            self.stage(who).clear()
            del self._stages[who]
        self._wire()

    def _wire(self) -> None:
        rooms = {room.code: room for room in self._snapshot.rooms if room.members}
        for code in self._conferences.keys() - rooms.keys():
            self._conferences.pop(code).close()
        small = {person.id: person.small for person in self._snapshot.people}
        for code, room in rooms.items():
            if code not in self._conferences:
                self._conferences[code] = Conference(partial(self._spoke, code))
            stages = {who: self.stage(who) for who in room.members}
            self._conferences[code].wire(room, self._feeds, stages, small)
        inside = {who for room in rooms.values() for who in room.members}
        for who in self._stages.keys() - inside:
            self._stages[who].clear()

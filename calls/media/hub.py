"""Who sees and hears whom: follows the registry, and points feeds at stages."""

import asyncio
from collections.abc import Mapping

from calls.media.feed import Feed, Subscribe
from calls.media.stage import Stage
from calls.rooms import Snapshot


def audience(snapshot: Snapshot) -> dict[str, frozenset[str]]:
    """Whose feeds everybody who is here gets: those of the others in the room, and nothing while it rings."""
    members = {room.code: frozenset(room.members) for room in snapshot.rooms}
    return {
        person.id: members[person.room] - {person.id}
        if person.room and person.id in members[person.room]
        else frozenset()
        for person in snapshot.people
    }


class MediaHub:
    """The feeds and stages of everybody who is here, by participant id."""

    def __init__(self, loop: asyncio.AbstractEventLoop, subscribe: Subscribe) -> None:
        self._loop, self._subscribe = loop, subscribe
        self._feeds: dict[str, Feed] = {}
        self._stages: dict[str, Stage] = {}
        self._version = -1

    def feed(self, who: str) -> Feed:
        """What this participant sends. From any thread."""
        return self._feeds.get(who) or self._feeds.setdefault(who, Feed(self._loop, self._subscribe))

    def stage(self, who: str) -> Stage:
        """What this participant watches and hears. From any thread."""
        return self._stages.get(who) or self._stages.setdefault(who, Stage(self._loop))

    def follow(self, snapshot: Snapshot) -> None:
        """Let everybody see and hear as the registry says. From any thread; an older snapshot than the last is none."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._follow, snapshot)

    def _follow(self, snapshot: Snapshot) -> None:
        if snapshot.version <= self._version:
            return
        self._version = snapshot.version
        watches = audience(snapshot)
        self._forget(watches)
        for who in watches:
            self.feed(who).stages = frozenset(self.stage(by) for by, feeds in watches.items() if who in feeds)

    def _forget(self, here: Mapping[str, object]) -> None:
        for who in self._feeds.keys() - here.keys():
            self._feeds.pop(who).close()
        for who in self._stages.keys() - here.keys():
            self._stages.pop(who).close()

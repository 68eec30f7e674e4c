"""Who speaks in a room, by the loudness that each browser writes on its packets (RFC 6464): nothing is decoded."""

import time
from collections.abc import Callable, Mapping

from calls.media.packet import Packet
from calls.media.source import Source

SILENCE = 127  # -dBov
AUDIBLE = 55.0  # -dBov; whatever is quieter is the room, not a voice
SMOOTHING = 0.1  # of a packet of 20 ms, so that a voice counts after some 0.2 s
LOUDER = 6.0  # dB by which somebody has to be louder than who speaks
LONG = 0.3  # seconds that it has to last: a cough is none
ABSENT = 1.0  # seconds without a packet: a connection that has died sends no silence


class Election:
    """Decides who speaks. Somebody else has to be clearly louder for a while, so that it does not flicker."""

    def __init__(self) -> None:
        self.speaker: str | None = None
        self._quietness: dict[str, float] = {}
        self._heard_at: dict[str, float] = {}
        self._rival: str | None = None
        self._rival_since = 0.0

    def hear(self, who: str, level: int, now: float) -> bool:
        """20 ms of somebody's sound at this level in -dBov; whether somebody else speaks now."""
        before = self._quietness.get(who, float(SILENCE))
        self._quietness[who], self._heard_at[who] = before + SMOOTHING * (level - before), now
        quietness = {
            each: self._quietness[each] if now - at < ABSENT else SILENCE for each, at in self._heard_at.items()
        }
        loudest = min(quietness, key=quietness.__getitem__)
        if loudest == self.speaker or not self._clearly_louder(loudest, quietness):
            self._rival = None
        elif loudest != self._rival:
            self._rival, self._rival_since = loudest, now
        elif now - self._rival_since >= LONG:
            self.speaker, self._rival = loudest, None
            return True
        return False

    def forget(self, who: str) -> None:
        """Somebody has gone."""
        self._quietness.pop(who, None)
        self._heard_at.pop(who, None)
        if self.speaker == who:
            self.speaker = None

    def _clearly_louder(self, who: str, quietness: Mapping[str, float]) -> bool:
        return quietness[who] < AUDIBLE and quietness[who] + LOUDER < quietness.get(self.speaker or "", float(SILENCE))


class Speakers:
    """Listens to everybody in one room, and says when somebody else begins to speak."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed
        self._election = Election()
        self._people: dict[Source, str] = {}

    def listen(self, people: Mapping[Source, str]) -> None:
        """Listen to these sources, each with whom it is of, and to no others."""
        for source in self._people.keys() - people.keys():
            source.remove(self)
        for who in set(self._people.values()) - set(people.values()):
            self._election.forget(who)
        self._people = dict(people)
        for source in people:
            source.add(self)

    def take(self, source: Source, packet: Packet) -> None:
        """Hear a packet."""
        level = SILENCE if packet.level is None else packet.level
        if self._election.hear(self._people[source], level, time.monotonic()) and self._election.speaker:
            self._changed(self._election.speaker)

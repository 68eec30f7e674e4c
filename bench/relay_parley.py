"""Parley's engine as the app uses it: a registry, a hub, a feed for each who sends and a stage for each who watches."""

import asyncio

from aiortc import RTCConfiguration, RTCSessionDescription

from bench.relay_engine import Engine, Setup, answer
from calls.effects.chain import Choice
from calls.limits import ROOM_PEOPLE
from calls.media.hub import MediaHub
from calls.media.rtc.connection import RTCPeerConnection
from calls.media.stage import SlotTracks
from calls.registry import Registry


class Parley(Engine):
    """Packets are forwarded where no pixels are needed: a video and an audio of each of the others."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._registry = Registry(capacity=ROOM_PEOPLE)
        self._hub: MediaHub | None = None
        self._people: dict[tuple[str, str], str] = {}
        self._codes: dict[str, str] = {}
        self._connections: list[RTCPeerConnection] = []

    @property
    def hub(self) -> MediaHub:
        """Made where the event loop runs."""
        if self._hub is None:
            self._hub = MediaHub(asyncio.get_running_loop(), slots=ROOM_PEOPLE, spoke=self._registry.speaks)
            self._registry.listen(lambda _: self.hub.follow(self._registry.snapshot()))
        return self._hub

    def streams_per_viewer(self, people: int) -> int:
        """One of each of the others."""
        return people - 1

    async def send(self, room: str, who: str, offer: RTCSessionDescription) -> RTCSessionDescription:
        """A person's feed, with `setup.effect` on it."""
        feed = self.hub.open_feed()
        if self.setup.effect:
            feed.chain.choose([Choice(self.setup.effect)])
        connection = self._connection()
        await connection.setRemoteDescription(offer)
        feed.carry(connection.received, self.setup.bitrate)
        self.hub.send(self._enter(room, who), feed)
        return await answer(connection)

    async def watch(self, room: str, who: str, offer: RTCSessionDescription) -> RTCSessionDescription:
        """A person's stage. The person's own slot stays empty, and is left out here."""
        me, connection = self._people[room, who], self._connection()
        await connection.setRemoteDescription(offer)
        stage, seen = self.hub.stage(me), self._registry.view(me).room
        own = [tile and tile.who for tile in seen.tiles].index(me) if seen else 0
        slots = {
            of[0].kind: SlotTracks(slot for number, slot in enumerate(of) if number != own)
            for of in (stage.video, stage.audio)
        }
        for transceiver in connection.getTransceivers():
            connection.addTrack(slots[transceiver.kind])
        return await answer(connection)

    async def close(self) -> None:
        """End the connections."""
        await asyncio.gather(*(connection.close() for connection in self._connections))

    def _connection(self) -> RTCPeerConnection:
        self._connections.append(RTCPeerConnection(RTCConfiguration(iceServers=[])))
        return self._connections[-1]

    def _enter(self, room: str, who: str) -> str:
        me = self._registry.enter(who).id
        if room in self._codes:
            self._registry.join(me, self._codes[room])
        else:
            self._codes[room] = self._registry.open_room(me)
        self._registry.set_media(me, camera=True, microphone=True)
        self._people[room, who] = me
        return me

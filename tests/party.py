"""People who call through the media engine: a registry, a hub and clients without browsers, all in one process.

Whoever enters a party is in its one room, with the camera and the microphone on: `alice = await party.enters("Alice")`.
The engine is put together as components/session.py, preview.py and stage.py do it.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from aioice import ice
from aiortc import MediaStreamTrack, RTCConfiguration, RTCRtpReceiver, RTCRtpSender, RTCSessionDescription
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpSrPacket,
    RtpPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

from calls.effects.chain import Choice
from calls.media.feed import Feed
from calls.media.hub import MediaHub
from calls.media.rtc.connection import RTCPeerConnection
from calls.media.stage import Slot, Stage
from calls.media.workers import WORKERS
from calls.registry import Registry
from tests.rtc_client import Audio, Client, Clip, Colour, Tone, Video, until

RED: Colour = (200, 40, 40)
GREEN: Colour = (40, 180, 60)
BLUE: Colour = (50, 60, 200)
YELLOW: Colour = (200, 190, 40)
VIOLET: Colour = (170, 50, 190)
CAP = 1_500_000  # bits per second
SLOTS = 3  # of each stage: as many people as most rooms of these tests have


def clip(colour: Colour | None = None, *, bitrate: int = 150_000) -> Clip:
    """A small picture, 15 times a second: everybody in a test shares a core with the server."""
    return Clip.make(160, 120, 15, bitrate, 4.0, colour)


async def answer(connection: RTCPeerConnection) -> RTCSessionDescription:
    """The answer of a connection that has an offer."""
    await connection.setLocalDescription(await connection.createAnswer())
    return connection.localDescription


@dataclass(eq=False)
class Guest:
    """One person of a party."""

    id: str
    client: Client
    feed: Feed
    stage: Stage
    cap: int = CAP
    slot: int = 0
    """Of the others' stages, the one that this person is in."""
    incoming: list[RTCPeerConnection] = field(default_factory=list)
    """The server's ends of what the person sends."""
    outgoing: list[RTCPeerConnection] = field(default_factory=list)
    """The server's ends of what the person receives."""

    @property
    def video(self) -> Video:
        """What the person sees of the first of the others."""
        return self.client.videos[self.other]

    @property
    def audio(self) -> Audio:
        """What the person hears of the first of the others."""
        return self.client.audios[self.other]

    @property
    def other(self) -> int:
        """The slot of the first of the others."""
        return 1 if self.slot == 0 else 0

    @property
    def shown(self) -> Slot:
        """What the stage shows of the first of the others."""
        return self.stage.video[self.other]

    @property
    def sender(self) -> RTCRtpSender:
        """What sends this person the picture of the first of the others."""
        senders = self.outgoing[0].getSenders()
        return [sender for sender in senders if sender.kind == "video"][self.other]

    def sees(self, other: "Guest") -> Video:
        """What the person sees of somebody."""
        return self.client.videos[other.slot]

    def hears(self, other: "Guest") -> Audio:
        """What the person hears of somebody."""
        return self.client.audios[other.slot]

    def chooses(self, *effects: str) -> None:
        """Put these effects on."""
        self.feed.chain.choose([Choice(effect) for effect in effects])

    async def sends(self) -> None:
        """Connect the camera and the microphone."""
        tracks = dict[str, MediaStreamTrack]()

        async def receive(offer: RTCSessionDescription) -> RTCSessionDescription:
            connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            self.incoming.append(connection)
            connection.on("track", lambda track: tracks.update({track.kind: track}))
            await connection.setRemoteDescription(offer)
            self.feed.carry((tracks["video"], tracks["audio"]), self.cap)
            return await answer(connection)

        await self.client.send(receive)
        self.told = Told(self)
        await self.client.connected()

    async def watches(self) -> None:
        """Connect the stage."""

        async def show(offer: RTCSessionDescription) -> RTCSessionDescription:
            connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            self.outgoing.append(connection)
            await connection.setRemoteDescription(offer)
            tracks = {track.kind: track for track in self.stage.open()}
            for transceiver in connection.getTransceivers():
                connection.addTrack(tracks[transceiver.kind])
            return await answer(connection)

        await self.client.watch(show, len(self.stage.video))
        self.gets = {kind: Gets(self, kind) for kind in ("video", "audio")}
        await self.client.connected()
        # A browser reads in the answer which stream is sent again in which (RFC 4588); aiortc goes by the payload type,
        # which all streams share.
        receivers = [transceiver.receiver for transceiver in self.client._connections[-1].getTransceivers()]
        for sender, receiver in zip(self.outgoing[0].getSenders(), receivers, strict=True):
            receiver.transport._rtp_router.ssrc_table[sender._rtx_ssrc] = receiver

    async def closes(self) -> None:
        """End the connections, first on the person's side."""
        await self.client.close()
        await asyncio.gather(*(connection.close() for connection in (*self.incoming, *self.outgoing)))


class Party:
    """One room, and the engine that connects who is in it."""

    def __init__(self, slots: int) -> None:
        self.registry = Registry(capacity=slots)
        self.hub = MediaHub(asyncio.get_running_loop(), slots=slots, spoke=self.registry.speaks)
        self.registry.listen(lambda _: self.hub.follow(self.registry.snapshot()))
        self.code = ""
        self.guests: list[Guest] = []

    async def enters(
        self,
        name: str,
        sends: Clip | Colour | None = None,
        hertz: int = 440,
        *,
        decode: bool = True,
        level: int = -20,
        cap: int = CAP,
    ) -> Guest:
        """Somebody comes in, sends and watches. A client that does not decode counts what comes."""
        who = self.registry.enter(name).id
        self.registry.set_media(who, camera=True, microphone=True)
        sent = sends if isinstance(sends, Clip) else clip(sends)
        client = Client(sent, Tone.make(hertz, level), decode=decode, seed=len(self.guests))
        guest = Guest(who, client, self.hub.open_feed(), self.hub.stage(who), cap)
        self.guests.append(guest)
        self.hub.send(who, guest.feed)
        await guest.sends()
        if self.code:
            self.registry.join(who, self.code)
        else:
            self.code = self.registry.open_room(who)
        room = self.registry.view(who).room
        assert room
        guest.slot = [tile and tile.who for tile in room.tiles].index(who)
        await guest.watches()
        return guest

    async def leaves(self, guest: Guest) -> None:
        """Go, as somebody who closes the tab."""
        self.guests.remove(guest)
        self.registry.leave(guest.id)
        await guest.closes()
        if not self.guests:
            self.code = ""

    async def close(self) -> None:
        """Everybody goes."""
        for guest in tuple(self.guests):
            await self.leaves(guest)


class Standstill:
    """The longest time that one person saw nothing new of another, in seconds of what the other sent meanwhile: on a
    machine that is too busy, nobody sends."""

    def __init__(self, viewer: Guest, sender: Guest) -> None:
        self.longest = 0.0
        self._viewer, self._sender = viewer, sender

    async def __aenter__(self) -> "Standstill":
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()

    async def _watch(self) -> None:
        frames, sent = -1, 0
        while True:
            if self._viewer.video.frames > frames:
                frames, sent = self._viewer.video.frames, self._sender.client.camera.count
            still = self._sender.client.camera.count - sent
            self.longest = max(self.longest, still / self._sender.client.clip.fps)
            await asyncio.sleep(0.01)


def start_threads() -> None:
    """Have the engine make all its threads, which it does one by one, whenever all that there are have work."""
    together = threading.Barrier(WORKERS._max_workers)
    for work in [WORKERS.submit(together.wait, 10) for _ in range(WORKERS._max_workers)]:
        work.result()


@contextmanager
def loopback() -> Iterator[None]:
    """Connections meet on 127.0.0.1, whatever networks the machine has, and whether they come or go meanwhile."""
    with patch.object(ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"]):  # noqa: ARG005
        yield


@asynccontextmanager
async def party(slots: int = SLOTS) -> AsyncIterator[Party]:
    """A party that leaves no task behind: neither the engine's nor the clients'."""
    before = asyncio.all_tasks()
    with loopback():
        made = Party(slots)
        yield made
        await made.close()

    def left() -> set[asyncio.Task[Any]]:
        return asyncio.all_tasks() - before - {asyncio.current_task()}

    with suppress(TimeoutError):
        await until(lambda: not left())
    assert not left()


# What passes between a client and the server, beside pictures and sound


class Told:
    """What the server has told a person who sends (RTCP)."""

    def __init__(self, guest: Guest) -> None:
        self.keyframes: list[float] = []
        """When a keyframe was asked for, on the loop's clock."""
        self.bitrates: list[int] = []
        """The most bits per second that may be sent, each time that was said."""
        self.pictures = 0
        """How many had been sent when that was said first."""
        self.again: list[int] = []
        """The packets that were asked for again."""
        self._camera = guest.client.camera
        sender = _sender(guest)
        self._handle = sender._handle_rtcp_packet
        vars(sender)["_handle_rtcp_packet"] = self._listen

    async def _listen(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpPsfbPacket):
            if packet.fmt in {RTCP_PSFB_PLI, RTCP_PSFB_FIR}:
                self.keyframes.append(asyncio.get_running_loop().time())
            elif packet.fmt == RTCP_PSFB_APP:
                self.pictures = self.pictures or self._camera.count
                self.bitrates.append(unpack_remb_fci(packet.fci)[0])
        self.again += getattr(packet, "lost", [])
        await self._handle(packet)


class Gets:
    """The packets of one stream that reach a person."""

    def __init__(self, guest: Guest, kind: str) -> None:
        self.packets: list[RtpPacket] = []
        self.times: list[float] = []
        """When each packet came, in seconds since 1970."""
        self.reports: list[RtcpSrPacket] = []
        self.receiver: RTCRtpReceiver = (guest.video if kind == "video" else guest.audio)._receiver
        self._handle, self._handle_rtcp = self.receiver._handle_rtp_packet, self.receiver._handle_rtcp_packet
        vars(self.receiver).update(_handle_rtp_packet=self._listen, _handle_rtcp_packet=self._listen_rtcp)

    async def _listen(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self.packets.append(packet)
        self.times.append(time.time())
        await self._handle(packet, arrival_time_ms)

    async def _listen_rtcp(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket):
            self.reports.append(packet)
        await self._handle_rtcp(packet)

    @property
    def ssrc(self) -> int:
        """Whose stream it is."""
        return int(self.packets[0].ssrc)


def _sender(guest: Guest) -> RTCRtpSender:
    sending = guest.client._connections[0]
    return next(each.sender for each in sending.getTransceivers() if each.kind == "video")


async def says(guest: Guest, feedback: int, fci: bytes = b"") -> None:
    """A person's browser says this of the picture that it receives: RTCP, payload-specific feedback."""
    stream = guest.gets["video"]
    ours = vars(stream.receiver)["_RTCRtpReceiver__rtcp_ssrc"]
    await stream.receiver._send_rtcp(RtcpPsfbPacket(fmt=feedback, ssrc=ours, media_ssrc=stream.ssrc, fci=fci))


async def can_take(guest: Guest, bitrate: int) -> None:
    """A person's browser says how many bits per second reach it, and no more estimates of its own."""
    stream = guest.gets["video"]
    vars(stream.receiver)["_RTCRtpReceiver__remote_bitrate_estimator"] = None
    await says(guest, RTCP_PSFB_APP, pack_remb_fci(bitrate, [stream.ssrc]))

"""What is measured: an engine that receives from each person of a room once, and sends each what to watch."""

import asyncio
import json
import os
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass

from aiortc import RTCPeerConnection, RTCSessionDescription


@dataclass(frozen=True)
class Setup:
    """How an engine is to be set up, for one run."""

    engine: str
    bitrate: int
    """Bits per second of each person's video, for engines that encode."""
    width: int = 640
    height: int = 480
    fps: int = 30
    effect: str = ""
    """The name of the frame callback (`calls.effects`) that every person's video goes through; none if empty."""

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> "Setup":
        """From JSON."""
        return cls(**json.loads(text))


class Engine(ABC):
    """One relay, alone in its process. A person of a room first sends and then watches, each on a connection."""

    offers = False
    """Whether it makes the offer to who watches (`offer`, `accept`) rather than answering one (`watch`)."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    async def start(self) -> int:
        """Be ready. Returns the process whose cost counts."""
        return os.getpid()

    @abstractmethod
    def streams_per_viewer(self, people: int) -> int:
        """How many videos, and as many audios, each person of such a room receives."""

    @abstractmethod
    async def send(self, room: str, who: str, offer: RTCSessionDescription) -> RTCSessionDescription:
        """Receive a person's video and audio. Returns the answer."""

    async def watch(self, room: str, who: str, offer: RTCSessionDescription) -> RTCSessionDescription:
        """Send a person what to watch, when all of the room send. Returns the answer."""
        raise NotImplementedError

    async def offer(self, room: str, who: str) -> RTCSessionDescription:
        """As `watch`, the other way round: the offer to a person."""
        raise NotImplementedError

    async def accept(self, room: str, who: str, answer: RTCSessionDescription) -> None:
        """The answer to `offer`."""
        raise NotImplementedError

    async def close(self) -> None:
        """End whatever would outlive the process."""
        return


async def answer(connection: RTCPeerConnection) -> RTCSessionDescription:
    """The answer of a connection that has an offer."""
    async with asyncio.timeout(10):
        await connection.setLocalDescription(await connection.createAnswer())
    return connection.localDescription

"""One run: people in this process, one engine in another, and what passes between them in a window of time."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import mean
from typing import NamedTuple

import numpy as np
import psutil

from bench.relay_engine import Setup
from bench.relay_link import Link, serving
from tests.rtc_client import Client, Clip, Tone

CLIP = 8.0  # seconds; a delay longer than that cannot be told
SLICES = 6
DELIVERED = 0.95  # of what was sent; with less, a row tells what the machine can do, not what the engine costs
BUSY = 95.0  # percent of all cores
DISTURBED = 30.0  # percent of a core that something else took meanwhile


@dataclass(frozen=True)
class Result:
    """What one run measured."""

    people: int
    cpu: Sequence[float]
    """The engine's, in percent of a core, for each slice of the window."""
    clients_cpu: float
    """All people's, in percent of a core."""
    others_cpu: float
    """Whatever else ran on the machine, in percent of a core."""
    fps: Sequence[float]
    """Frames per second that came, for each stream that somebody watches and each slice."""
    due: float
    """Frames per second that should have come: those sent, or fewer if the engine makes its own picture of them."""
    delays: Sequence[float]
    """Milliseconds from sending a frame to its last packet's arrival; empty if nobody read the barcodes."""
    memory: float
    """MB that the engine's process grew by, for each person."""
    streams: int
    """How many videos arrive somewhere."""

    @property
    def each(self) -> list[float]:
        """Percent of a core for each person, for each slice."""
        return [cpu / self.people for cpu in self.cpu]

    @property
    def delivered(self) -> float:
        """The share of the frames due that came."""
        return mean(self.fps) / self.due if self.due else 0.0

    @property
    def per_frame(self) -> float:
        """Milliseconds of CPU time for each frame that came."""
        return 10 * mean(self.cpu) / max(mean(self.fps) * self.streams, 1e-9)

    @property
    def saturated(self) -> bool:
        """Whether the machine could do no more."""
        busy = mean(self.cpu) + self.clients_cpu + self.others_cpu
        return self.delivered < DELIVERED or busy > BUSY * (psutil.cpu_count() or 1)

    @property
    def disturbed(self) -> bool:
        """Whether the machine was not left to this run."""
        return self.others_cpu > DISTURBED


@dataclass(frozen=True)
class Window:
    """When to measure, in seconds."""

    warm_up: float
    length: float


def person(setup: Setup, number: int, *, decode: bool = False) -> Client:
    """Somebody who sends as the setup says. The first one speaks loudest."""
    clip = Clip.make(setup.width, setup.height, setup.fps, setup.bitrate, CLIP)
    return Client(clip, Tone.make(300 + 100 * number, -20 if number == 0 else -32), decode=decode)


async def measure(setup: Setup, people: int, window: Window, fps: float, *, probe: bool = False) -> Result:
    """A room of people on an engine that shows so many frames per second.

    With `probe` (a room of two), the second one reads the first one's barcodes.
    """
    async with serving(setup) as link, persons(setup, people, probe=probe) as clients:
        before = link.measured.memory_info().rss
        streams = await link.streams_per_viewer(people)
        for number, client in enumerate(clients):
            await link.join(client, "room", str(number))
        await asyncio.gather(*(client.connected() for client in clients))
        for number, client in enumerate(clients):
            await link.show(client, "room", str(number), streams)
        return await observe(clients, window, fps, link, before)


async def direct(setup: Setup, window: Window) -> Result:
    """Two people with no engine between them: what the clients cost, and the delay that is theirs."""
    async with persons(setup, 2, probe=True) as clients:
        first, second = clients
        await first.send(second.watch_offer)
        await second.send(first.watch_offer)
        return await observe(clients, window, setup.fps)


@asynccontextmanager
async def persons(setup: Setup, people: int, *, probe: bool) -> AsyncIterator[list[Client]]:
    """So many people, who leave when the block ends."""
    clients = [person(setup, number, decode=probe and number == 1) for number in range(people)]
    try:
        yield clients
    finally:
        await asyncio.gather(*(client.close() for client in clients))


class Slice(NamedTuple):
    """What was in a part of the window, each per second."""

    engine: float
    """Seconds of CPU, as the next two."""
    clients: float
    others: float
    sent: float
    """Frames that each person sent."""
    came: float
    """Frames that came, in all."""


@dataclass
class Meter:
    """Reads what has been spent and sent, each time as the difference to the last."""

    clients: Sequence[Client]
    link: Link | None

    def __post_init__(self) -> None:
        self._last = self._now()

    def _now(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        engine = sum(self.link.measured.cpu_times()[:2]) if self.link else 0.0
        sent = mean(client.camera.count for client in self.clients)
        came = sum(video.frames for client in self.clients for video in client.videos)
        machine = psutil.cpu_times()
        busy = sum(machine) - machine.idle - machine.iowait - machine.guest - machine.guest_nice  # user has the guests
        return np.array([time.monotonic(), engine, sum(psutil.Process().cpu_times()[:2]), busy, sent, came])

    def read(self) -> Slice:
        """What was since the last time."""
        now = self._now()
        seconds, engine, clients, busy, sent, came = map(float, now - self._last)
        self._last = now
        others = max(0.0, busy - engine - clients)
        return Slice(engine / seconds, clients / seconds, others / seconds, sent / seconds, came / seconds)


async def observe(
    clients: Sequence[Client], window: Window, fps: float, link: Link | None = None, before: int = 0
) -> Result:
    """Let it run, and measure. The engine's process had the size `before` (bytes) without people."""
    await asyncio.gather(*(client.connected() for client in clients))
    videos = [video for client in clients for video in client.videos]
    if clients[1].videos:
        clients[1].videos[0].source = clients[0].camera
    await asyncio.sleep(window.warm_up)
    meter, begin = Meter(clients, link), time.monotonic()
    slices = []
    for _ in range(SLICES):
        await asyncio.sleep(window.length / SLICES)
        slices.append(meter.read())
    grown = link.measured.memory_info().rss - before if link else 0
    return Result(
        people=len(clients),
        cpu=[100 * part.engine for part in slices],
        clients_cpu=100 * mean(part.clients for part in slices),
        others_cpu=100 * mean(part.others for part in slices),
        fps=[part.came / len(videos) for part in slices],
        due=min(fps, mean(part.sent for part in slices)),
        delays=[1_000 * delay for video in videos for at, delay in video.delays if at > begin],
        memory=grown / 1e6 / len(clients),
        streams=len(videos),
    )

"""A viewer whose line is too weak for what is sent: what this server does, and a viewer that asks and estimates as a
browser does, in steps of 10 ms on a clock of the test's own. bench/weak.py has real browsers."""

import random
from collections import deque
from dataclasses import dataclass, field

import pytest

from calls.media.capacity import Capacity
from calls.media.packet import Packet
from calls.media.resends import Resends, Sent
from tests.way import Way

STEP, ROUND_TRIP = 0.01, 0.04  # seconds
FPS = 30
PACKET, HEADERS = 1_100, 66  # bytes
SOUND = 140  # bytes, with headers, fifty times a second
TOP, LEAST = 1_500_000, 30_000  # bits per second of a picture; a browser's encoder goes no lower
REACTS = 0.3  # seconds from a limit until the encoder follows it
IN_TIME = 1.0  # seconds


@dataclass
class Browser:
    """The viewer: asks for what is missing, and estimates what the line can take."""

    newest: int = -1
    missing: dict[int, tuple[float, int]] = field(default_factory=dict)
    """When each was asked for last, and how often."""
    came: deque[tuple[float, int]] = field(default_factory=deque)
    """When, and how many bytes, in the last second."""
    late: float = 0.0
    """How long the last packet was under way."""
    estimate: float = 5_000_000

    def takes(self, number: int, size: int, sent_at: float, now: float) -> None:
        for between in range(self.newest + 1, number):
            self.missing[between] = (-1.0, 0)
        self.missing.pop(number, None)
        self.newest, self.late = max(self.newest, number), now - sent_at
        self.came.append((now, size))

    def asks(self, now: float) -> list[int]:
        """At once, then every 100 ms, ten times."""
        due = [number for number, (at, times) in self.missing.items() if now - at >= 0.1 and times < 10]
        for number in due:
            self.missing[number] = (now, self.missing[number][1] + 1)
        return due

    def estimates(self, now: float, passed: float) -> int:
        """Less than what comes where it is late, else 8 % more each second, up to half as much again as comes."""
        while self.came and self.came[0][0] < now - 1.0:
            self.came.popleft()
        comes = 8 * sum(size for _, size in self.came)
        if self.late > 0.1:
            self.estimate = 0.85 * comes
        else:
            self.estimate = min(self.estimate * 1.08**passed, 1.5 * comes + 10_000)
        return int(self.estimate)


class Call:
    """The picture and the sound of one person, on their way to another."""

    def __init__(self, rate: int) -> None:
        self.now = 0.0
        self.way, self._chance = Way(rate), random.Random(1)
        self._resends, self._capacity, self._browser = Resends(0.0), Capacity(0.0), Browser()
        self._arriving: list[tuple[float, int, int, float]] = []
        self._number = 0
        self._frames: list[tuple[float, set[int]]] = []
        """When each was sent, and which of its packets have not come."""
        self._limits: deque[tuple[float, int | None]] = deque([(0.0, None)])
        self.seen: list[float] = []
        """When the frames that came in time were sent."""
        self.heard: list[tuple[float, bool]] = []
        """When sound was sent, and whether it came."""

    def goes_on(self, seconds: float) -> None:
        """Until then."""
        for step in range(round(seconds / STEP)):
            self.now += STEP
            if step % 3 == 0:
                self._sends_frame()
            if step % 2 == 0:
                self.heard.append((self.now, self.way.due(SOUND, self.now, self._chance) is not None))
            self._arrives()
            self._answers()
            if step % 20 == 0:  # several estimates a second, as a browser has whose line is full
                estimate = self._browser.estimates(self.now, 0.2)
                self._limits.append((self.now, self._capacity.estimated(estimate, self.now)))

    @property
    def _bitrate(self) -> int:
        while len(self._limits) > 1 and self._limits[1][0] <= self.now - REACTS:
            self._limits.popleft()
        limit = self._limits[0][1]
        return max(LEAST, min(TOP, TOP if limit is None else limit))

    def _sends_frame(self) -> None:
        size, numbers = self._bitrate // 8 // FPS, set[int]()
        for begin in range(0, size, PACKET):
            packet = Packet(
                "VP8", self._number & 0xFFFF, 0, bytes(min(PACKET, size - begin)), marker=False, entry=False
            )
            self._resends.keep(Sent(self._number & 0xFFFF, 0, packet, self.now))
            self._capacity.sent(len(packet.payload), self.now)
            self._sends(self._number, len(packet.payload))
            numbers.add(self._number)
            self._number += 1
        self._frames.append((self.now, numbers))

    def _sends(self, number: int, size: int) -> None:
        due = self.way.due(size + HEADERS, self.now, self._chance)
        if due is not None:
            self._arriving.append((due, number, size, self.now))

    def _arrives(self) -> None:
        for due, number, size, sent_at in [each for each in self._arriving if each[0] <= self.now]:
            self._browser.takes(number, size, sent_at, due)
            for at, numbers in self._frames:
                if number in numbers:
                    numbers.discard(number)
                    self.seen += [at] if not numbers else []
        self._arriving = [each for each in self._arriving if each[0] > self.now]
        self._frames = [(at, numbers) for at, numbers in self._frames if numbers and self.now - at < IN_TIME]

    def _answers(self) -> None:
        wanted = [number & 0xFFFF for number in self._browser.asks(self.now)]
        rate = self._capacity.bitrate(self.now)
        for sent in self._resends.answer(wanted, self.now, ROUND_TRIP, rate):
            self._capacity.sent_again(len(sent.packet.payload), self.now)
            self._sends(self._number - ((self._number - sent.sequence) & 0xFFFF), len(sent.packet.payload))


@pytest.mark.parametrize("rate", [150_000, 300_000])
def test_a_weak_line_carries_a_picture_and_clean_sound(rate: int) -> None:
    """After ten seconds: half of all frames at least, and all but a little of the sound, however much the viewer has
    lost before and asks for again."""
    call = Call(rate)
    call.goes_on(40.0)
    frames = sum(at > 10.0 for at in call.seen)
    sound = [came for at, came in call.heard if at > 10.0]
    assert frames > 450
    assert sum(sound) > 0.97 * len(sound)

"""A host behind a line that is slow, long or lossy: a network namespace whose only way out passes through this program.

This machine and the host each have a TUN device; what one writes is read here, delayed or dropped, and written to the
other. Linux can do the same (tc netem), where its kernel has been built with that.
"""

import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from tests.e2e.person import CHROMIUM
from tests.way import Way

_TUNSETIFF, _TUN_WITHOUT_HEADER = 0x400454CA, 0x1001  # linux/if_tun.h: IFF_TUN | IFF_NO_PI
_MTU = 1500
_numbers = count(1)


class Line:
    """The host and the two ways to it."""

    def __init__(self, seed: int = 0) -> None:
        self.down, self.up = Way(), Way()
        """To the host, and from it."""
        number = next(_numbers)
        self.hub, self.address = f"10.214.{number}.1", f"10.214.{number}.2"
        """This machine as the host sees it, and the host."""
        self.name = f"parleyline{os.getpid()}-{number}"
        self._devices = f"plw{os.getpid() % 100_000}-{number}a", f"plw{os.getpid() % 100_000}-{number}b"
        self._chance = random.Random(seed)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="line", daemon=True)

    def open(self) -> None:
        """Make the host, and let packets pass."""
        _ip("netns", "add", self.name)
        self._ours, self._theirs = map(_tun, self._devices)
        _ip("link", "set", self._devices[1], "netns", self.name)
        here, there = (), ("-n", self.name)
        for netns, device, own, peer in (
            (here, self._devices[0], self.hub, self.address),
            (there, self._devices[1], self.address, self.hub),
        ):
            _ip(*netns, "addr", "add", own, "peer", peer, "dev", device)
            _ip(*netns, "link", "set", device, "up")
        _ip(*there, "link", "set", "lo", "up")
        _ip(*there, "route", "add", "default", "via", self.hub)
        self._thread.start()

    def leads_here(self, address: str) -> None:
        """Have this machine look for an address at the other end."""
        _ip("route", "add", f"{address}/32", "dev", self._devices[0])

    def close(self) -> None:
        """Undo all of it."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        for device in (getattr(self, "_ours", None), getattr(self, "_theirs", None)):
            if device is not None:
                os.close(device)  # the interface goes with it
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "del", self.name)

    @property
    def inside(self) -> list[str]:
        """What a command begins with that runs on the host."""
        return ["ip", "netns", "exec", self.name]

    def browser(self, folder: Path) -> str:
        """The path of a program that starts Chromium on the host."""
        script = folder / f"chromium-{self.name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {CHROMIUM} "$@"\n')
        script.chmod(0o755)
        return str(script)

    def translated(self, packet: bytes, *, inward: bool) -> bytes | None:  # noqa: ARG002
        """The packet as it leaves at the other end, if it does; `inward` is to the host."""
        return packet

    def _carry(self) -> None:
        """Until the end: what arrives at one device leaves by the other at its time."""
        waiting: list[tuple[float, int, int, bytes]] = []
        order = count()
        ways = {self._ours: (self.down, self._theirs), self._theirs: (self.up, self._ours)}
        while not self._ended.is_set():
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, _, device, data = heapq.heappop(waiting)
                with suppress(OSError):  # the interface may be down
                    os.write(device, data)
            for device in select.select(list(ways), [], [], max(0.0, waiting[0][0] - now) if waiting else 0.05)[0]:
                way, to = ways[device]
                packet = self.translated(os.read(device, _MTU), inward=device == self._ours)
                if packet and (due := way.due(len(packet), time.monotonic(), self._chance)) is not None:
                    heapq.heappush(waiting, (due, next(order), to, packet))


AnyLine = TypeVar("AnyLine", bound=Line)


def _tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TUN_WITHOUT_HEADER))
    return device


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def behind(line: AnyLine) -> Iterator[AnyLine]:
    """A host behind this line. The test is skipped where there can be none."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("only root can make network namespaces")
    try:
        try:
            line.open()
        except (subprocess.CalledProcessError, OSError) as error:
            pytest.skip(f"this machine does not let root make network namespaces: {error}")
        yield line
    finally:
        line.close()


@contextmanager
def behind_a_line() -> Iterator[Line]:
    """A host behind a line that lets everything through, to begin with."""
    with behind(Line()) as line:
        yield line

"""Hosts in network namespaces of their own: each reaches this machine, and none reaches another."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.person import CHROMIUM

HUB = "10.213.0.1"  # this machine, as both hosts see it


def _ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=True)


class Host:
    """A network namespace with one way out of it: to this machine."""

    def __init__(self, number: int) -> None:
        self.name, self._link = f"parley{os.getpid()}-{number}", f"pl{os.getpid() % 100_000}-{number}"
        self._gateway, self._network = f"10.213.{number}.1", f"10.213.{number}"

    def open(self) -> None:
        peer = f"{self._link}p"
        _ip("netns", "add", self.name)
        _ip("link", "add", self._link, "type", "veth", "peer", "name", peer, "netns", self.name)
        # An IPv6 address of its own would be ready a second later, and Chromium gives up what it is just loading when
        # an address comes.
        _ip("link", "set", self._link, "addrgenmode", "none")
        _ip("-n", self.name, "link", "set", peer, "addrgenmode", "none")
        _ip("addr", "add", f"{self._gateway}/24", "dev", self._link)
        _ip("link", "set", self._link, "up")
        Path(f"/proc/sys/net/ipv4/conf/{self._link}/forwarding").write_text("0", encoding="utf-8")
        for device in (peer, "lo"):
            _ip("-n", self.name, "link", "set", device, "up")
        self._settle(2)

    def move(self) -> None:
        """Take another address, as a computer does that comes into another network: the one before is no more."""
        _ip("-n", self.name, "addr", "flush", "dev", f"{self._link}p")
        self._settle(3)

    def cut(self) -> None:
        """Nothing goes to this host or comes from it any more, as when its network has gone."""
        _ip("link", "set", self._link, "down")

    def mend(self) -> None:
        """What was cut works again."""
        _ip("link", "set", self._link, "up")

    def _settle(self, address: int) -> None:
        _ip("-n", self.name, "addr", "add", f"{self._network}.{address}/24", "dev", f"{self._link}p")
        _ip("-n", self.name, "route", "add", "default", "via", self._gateway)

    @property
    def inside(self) -> list[str]:
        """What a command begins with that runs on this host."""
        return ["ip", "netns", "exec", self.name]

    @property
    def address(self) -> str:
        """Where this machine reaches it, until it moves."""
        return f"{self._network}.2"

    def also(self, address: str) -> None:
        """Have another address as well, which nobody reaches from outside."""
        _ip("-n", self.name, "addr", "add", address, "dev", "lo", *(["nodad"] if ":" in address else []))

    def close(self) -> None:
        _ip("link", "del", self._link, check=False)
        _ip("netns", "del", self.name, check=False)

    def browser(self, folder: Path) -> str:
        """The path of a program that starts Chromium on this host."""
        script = folder / f"chromium-{self.name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {CHROMIUM} "$@"\n')
        script.chmod(0o755)
        return str(script)


@contextmanager
def apart(count: int = 2) -> Iterator[tuple[Host, ...]]:
    """So many such hosts. The test is skipped where this user may not make them."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("only root can make network namespaces")
    hosts = tuple(Host(number) for number in range(1, count + 1))
    try:
        try:
            _ip("addr", "add", f"{HUB}/32", "dev", "lo")
            for host in hosts:
                host.open()
        except (subprocess.CalledProcessError, OSError) as error:
            pytest.skip(f"this machine does not let root make network namespaces: {error}")
        yield hosts
    finally:
        for host in hosts:
            host.close()
        _ip("addr", "del", f"{HUB}/32", "dev", "lo", check=False)

"""A real coturn on this machine, which accepts the credentials that a server with the same secret makes."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path

import psutil
import pytest

SECRET = "north-by-northwest"
START_WITHIN = 10.0

needs_coturn = pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")


class Coturn:
    """The process of one TURN server; it can be stopped and started again at the same address."""

    def __init__(self, folder: Path, address: str) -> None:
        self.address, self.port = address, _free_port(address)
        self.url = f"turn:{address}:{self.port}?transport=udp"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return once it listens."""
        addresses = [f"--listening-ip={self.address}", f"--relay-ip={self.address}", f"--listening-port={self.port}"]
        files = [f"--{name}={self._folder / name}" for name in ("pidfile", "userdb")]
        quiet = ["--log-file=stdout", "--no-cli", "--no-tls", "--no-dtls", "--no-software-attribute"]
        secret = ["--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=parley.test"]
        with (self._folder / "coturn.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["turnserver", "-n", *addresses, *files, *quiet, *secret], stdout=log, stderr=subprocess.STDOUT
            )
        self._wait()

    def stop(self) -> None:
        """Stop at once: all that it relayed for is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def settings(self) -> dict[str, str]:
        """What a server of ours is told of it."""
        return {"turn_urls": self.url, "turn_secret": SECRET}

    def _wait(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            with closing(socket.socket()) as probe:
                if probe.connect_ex((self.address, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((self._folder / "coturn.log").read_text(errors="replace"))


def own_address() -> str:
    """An address of this machine that is not its loopback: browsers gather no candidates there."""
    every = chain.from_iterable(psutil.net_if_addrs().values())
    found = [each.address for each in every if each.family == socket.AF_INET]
    return next((address for address in found if not address.startswith("127.")), "127.0.0.1")


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


@contextmanager
def relaying(folder: Path, address: str | None = None) -> Iterator[Coturn]:
    """A running TURN server."""
    coturn = Coturn(folder, address or own_address())
    coturn.start()
    try:
        yield coturn
    finally:
        coturn.stop()

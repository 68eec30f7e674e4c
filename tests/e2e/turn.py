"""A real coturn on this machine, which accepts the credentials that a server with the same secret makes."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path

import psutil
import pytest

from tests.e2e.hosts import Host

SECRET = "north-by-northwest"
START_WITHIN = 10.0
EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "turnserver.conf"
QUIET = ("--no-cli", "--no-tls", "--no-dtls", "--no-software-attribute")

needs_coturn = pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")


class Coturn:
    """The process of one TURN server; it can be stopped and started again at the same address."""

    def __init__(self, folder: Path, address: str, port: int, command: Sequence[str]) -> None:
        self.address, self.port = address, port
        self.url = f"turn:{address}:{port}?transport=udp"
        files = [f"--{name}={folder / name}" for name in ("pidfile", "userdb")]
        self._command = [*command, *files, "--log-file=stdout"]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return once it listens."""
        with (self._folder / "coturn.log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=subprocess.STDOUT)
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
    """A running TURN server, which relays to anywhere."""
    address = address or own_address()
    port = _free_port(address)
    addresses = [f"--listening-ip={address}", f"--relay-ip={address}", f"--listening-port={port}"]
    secret = ["--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=parley.test"]
    with _running(Coturn(folder, address, port, ["turnserver", "-n", *QUIET, *addresses, *secret])) as coturn:
        yield coturn


@contextmanager
def deployed(folder: Path, host: Host, public: str) -> Iterator[Coturn]:
    """The example for whoever deploys it, on a host that is behind a NAT and has this address before it."""
    example = EXAMPLE.read_text(encoding="utf-8")
    for placeholder, value in (
        ("static-auth-secret=CHANGE", f"static-auth-secret={SECRET}"),
        ("#external-ip=PUBLIC/PRIVATE", f"external-ip={public}/{host.address}"),
    ):
        assert placeholder in example
        example = example.replace(placeholder, value)
    (folder / EXAMPLE.name).write_text(example, encoding="utf-8")
    command = [*host.inside, "turnserver", "-c", str(folder / EXAMPLE.name), "--no-tls", "--no-dtls"]
    with _running(Coturn(folder, host.address, 3478, command)) as coturn:
        yield coturn


@contextmanager
def _running(coturn: Coturn) -> Iterator[Coturn]:
    coturn.start()
    try:
        yield coturn
    finally:
        coturn.stop()

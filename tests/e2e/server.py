"""A real server of the app, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from calls.history import History

ROOT = Path(__file__).resolve().parents[2]
START_WITHIN = 60.0

# No public STUN server is asked, and the picture is small: two browsers and the server share two cores.
SETTINGS = {
    "PARLEY_STUN_URLS": "",
    "PARLEY_RESOLVE_TURN": "false",
    "PARLEY_VIDEO_WIDTH": "320",
    "PARLEY_VIDEO_HEIGHT": "240",
    "PARLEY_VIDEO_FPS": "15",
}


class Server:
    """The process that serves the app; it can be stopped and started again on the same port."""

    def __init__(
        self, folder: Path, module: str, path: str, settings: dict[str, str], script: Path | str = "app.py"
    ) -> None:
        self.port = free_port()
        self._path = path
        self.url = f"http://localhost:{self.port}/{path}"
        self._log = folder / "server.log"
        self.database = folder / "history.sqlite3"
        self._history = f"sqlite:///{self.database}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
        self._module, self._script = module, str(script)
        self._environment = inherited | SETTINGS | {"PARLEY_DATABASE_URL": self._history} | settings
        self._process: subprocess.Popen[bytes] | None = None
        self._inside: Sequence[str] = ()
        self.at_rest = (0, 0)
        """What `held` said before anybody had come."""

    def moves(self, host: str, inside: Sequence[str]) -> None:
        """Run elsewhere: by a command that begins so, to be reached at this host."""
        self.url, self._inside = f"http://{host}:{self.port}/{self._path}", inside

    def start(self) -> None:
        """Start, and return once it answers."""
        options = [f"--server.port={self.port}", "--server.headless=true", f"--server.baseUrlPath={self._path}"]
        # Streamlit would ask a server of the internet for this machine's address, and wait long where none is reached.
        options.append("--browser.serverAddress=localhost")
        command = [*self._inside, sys.executable, "-m", self._module, "run", self._script, *options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        self._wait_until_healthy()
        self.at_rest = self.held()

    def stop(self) -> None:
        """Stop the process, as a restart would."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def kill(self) -> None:
        """End the process without a word, as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that the server has printed."""
        return self._log.read_text(errors="replace")

    def held(self) -> tuple[int, int]:
        """Its threads, and its sockets and open files. Not counted is the event loop that Streamlit gives each session
        and keeps for two minutes, for the case that its tab comes back."""
        process = psutil.Process(self.pid)
        return process.num_threads(), len(process.net_connections()) + len(process.open_files())

    def answered(self) -> int:
        """How many calls have been answered and are over."""
        with closing(History(self._history)) as history:
            return sum(call.answered_at is not None for call in history.recent(1_000))

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                raise AssertionError(f"The server ended:\n{self.log}")
            try:
                with urllib.request.urlopen(f"{self.url}_stcore/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"The server did not start:\n{self.log}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    folder: Path, *, module: str = "streamlit", path: str = "", script: Path | str = "app.py", **settings: str
) -> Iterator[Server]:
    """A running server with these settings, given in lower case without their prefix; below this path ("calls/")."""
    variables = {f"PARLEY_{name.upper()}": value for name, value in settings.items()}
    server = Server(folder, module, path, variables, script)
    with running(server):
        yield server


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Start it, and stop it in the end."""
    server.start()
    try:
        yield server
    finally:
        server.stop()

"""A real nginx on this machine, with the file of deploy/."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.server import Server, free_port

EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
START_WITHIN = 10.0

needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@contextmanager
def behind_nginx(folder: Path, server: Server) -> Iterator[str]:
    """The address of this server's pages at an nginx before it, without TLS."""
    port, config = free_port(), folder / "nginx.conf"
    example = re.sub(r"^ *ssl_certificate.*\n", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    example = example.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    example = example.replace("127.0.0.1:8501", f"127.0.0.1:{server.port}")
    paths = [f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    main = ["daemon off;", "master_process off;", f"pid {folder}/nginx.pid;", "events {}"]
    lines = [*main, "http {", f"access_log {folder}/nginx.access;", *paths, example, "}"]
    config.write_text("\n".join(lines), encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-c", str(config), "-e", str(folder / "nginx.log")]
    process = subprocess.Popen(command)
    try:
        _wait(process, port, folder / "nginx.log")
        yield server.url.replace(f":{server.port}/", f":{port}/")
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))

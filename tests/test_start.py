"""What is said where the server cannot start: by `streamlit run app.py` itself, in a process of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def start(**environment: str) -> str:
    """What a server says that ends at once."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port=0", "--server.headless=true"]
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_wrong_setting_is_named() -> None:
    """With what it may be."""
    said = start(PARLEY_RING_TIMEOUT="soon")
    assert "Parley cannot start." in said
    assert "PARLEY_RING_TIMEOUT" in said


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    """With the command that installs it: OpenCV lacks libGL on a server that has no screen."""
    missing = "libGL.so.1: cannot open shared object file: No such file or directory"
    (tmp_path / "cv2.py").write_text(f"raise ImportError({missing!r})", encoding="utf-8")
    said = start(PYTHONPATH=str(tmp_path))
    assert f"Parley cannot start: {missing}. On Debian: sudo apt-get install libgl1 libglib2.0-0" in said.splitlines()


def test_a_port_that_is_taken_is_named() -> None:
    """With the setting, and how to find who has it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 0))
        port = other.getsockname()[1]
        said = start(PARLEY_UDP_PORTS=str(port))
    assert "Parley cannot start." in said
    assert f"PARLEY_UDP_PORTS: UDP port {port} is taken at" in said
    assert "ss --udp" in said

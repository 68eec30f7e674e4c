"""What is said where the server cannot start: by `streamlit run app.py` itself, in a process of its own."""

import os
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

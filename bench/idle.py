"""What a session costs the server that only waits in the lobby: with the doorbell, and asking every 2 s instead.

python -m bench.idle [sessions] [seconds]
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from bench import table
from tests.e2e.person import CHROMIUM, FLAGS, Person
from tests.e2e.server import serving

SLICES = 6


def cpu(pid: int, seconds: float) -> Iterator[float]:
    """Percent of a core, for each slice of the time."""
    process = psutil.Process(pid)
    for _ in range(SLICES):
        before = sum(process.cpu_times()[:2])
        time.sleep(seconds / SLICES)
        yield 100 * (sum(process.cpu_times()[:2]) - before) / (seconds / SLICES)


def each(browser: Browser, folder: Path, sessions: int, seconds: float, push: str) -> list[float]:
    """Percent of a core for one idle session: what all of them cost, less what the server costs alone."""
    with serving(folder, push=push) as server:
        alone = sum(cpu(server.pid, seconds)) / SLICES
        contexts = [browser.new_context() for _ in range(sessions)]
        for number, context in enumerate(contexts):
            Person(context.new_page(), f"Visitor {number}", "red", 440).enters(server.url)
        time.sleep(5)  # the last one is drawn in every page
        costs = [(cost - alone) / sessions for cost in cpu(server.pid, seconds)]
        for context in contexts:
            context.close()
        return costs


def main(sessions: int, seconds: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        rows = {}
        for push, way in (("true", "doorbell"), ("false", "asking every 2 s")):
            folder = Path(name) / push
            folder.mkdir()
            rows[f"one idle session of {sessions}, {way}"] = each(browser, folder, sessions, seconds, push)
        browser.close()
    table.show("An idle session in the lobby", "% of a core", rows, digits=2)


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    main(int(given[0]) if given else 5, given[1] if len(given) > 1 else 30.0)

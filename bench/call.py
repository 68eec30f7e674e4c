"""What a call of two costs the server of the whole app: two Chromium with small fake cameras.

python -m bench.call [seconds]
"""

import sys
import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from bench import table
from tests.e2e.person import Person, person
from tests.e2e.server import Server, serving

SETTLING = 5_000  # ms
SLICES = 5


def cpu(server: Server, alice: Person, seconds: float) -> list[float]:
    """Percent of a core that the server takes, for each slice of so many seconds."""
    process, costs = psutil.Process(server.pid), []
    alice.page.wait_for_timeout(SETTLING)
    for _ in range(SLICES):
        before = sum(process.cpu_times()[:2])
        alice.page.wait_for_timeout(seconds / SLICES * 1_000)
        costs.append((sum(process.cpu_times()[:2]) - before) / seconds * SLICES * 100)
    return costs


def main(seconds: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, rows = Path(name), {}
        with (
            serving(folder) as server,
            person(playwright, folder, "Alice", "red", 440) as alice,
            person(playwright, folder, "Bob", "green", 880) as bob,
        ):
            alice.meets(bob, server.url)
            alice.sees(bob)
            bob.sees(alice)
            rows["no effect"] = cpu(server, alice, seconds)
            alice.page.get_by_role("tab", name="Effect").click()
            alice.chooses("Grayscale")
            rows["one of the two with an effect"] = cpu(server, alice, seconds)
    table.show("A call of two, 320×240 at 15 frames per second: the server's CPU", "% of a core", rows)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)

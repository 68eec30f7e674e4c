"""How long a run of the script takes, while two people enter, call, talk and hang up.

    python -m bench.frame

The server is Streamlit's own, started by this module with a clock around every run.
"""

import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from streamlit.runtime.scriptrunner import script_runner
from streamlit.web import cli

from bench import table
from tests.e2e.person import person
from tests.e2e.server import serving

LINE = re.compile(r"^run (\w+) ([\d.]+) ([\d.]+)$", re.MULTILINE)


def serve() -> None:
    """Streamlit, telling of each run its page, its ms of CPU time and its ms in all."""
    run = getattr(script_runner, "exec_func_with_error_handling")  # noqa: B009

    def timed(func: Callable[[], Any], context: Any) -> Any:
        cpu, wall = time.thread_time(), time.perf_counter()
        result = run(func, context)
        name = context.pages_manager.get_pages().get(context.page_script_hash, {}).get("page_name") or "other"
        spent = (time.thread_time() - cpu) * 1_000, (time.perf_counter() - wall) * 1_000
        sys.stdout.write(f"\nrun {name} {spent[0]:.2f} {spent[1]:.2f}\n")
        sys.stdout.flush()
        return result

    setattr(script_runner, "exec_func_with_error_handling", timed)  # noqa: B010
    cli.main()


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with (
            serving(folder, module="bench.frame") as server,
            person(playwright, folder, "Alice", "red", 440) as alice,
            person(playwright, folder, "Bob", "green", 880) as bob,
        ):
            alice.enters(server.url)
            bob.enters(server.url)
            for _ in range(5):
                alice.calls(bob)
                bob.accepts()
                alice.sees(bob)
                bob.sees(alice)
                bob.writes("Hello")
                alice.reads("Hello")
                alice.hangs_up()
                bob.reads("Call ended")
                alice.goes_to("History")
                alice.reads("Only calls that I took part in")
                alice.goes_to("Lobby")
                alice.reads("People online")
            runs = LINE.findall(server.log)
    rows: dict[str, list[float]] = defaultdict(list)
    for page, cpu, wall in runs:
        rows[f"{page}: CPU time"].append(float(cpu))
        rows[f"{page}: in all, two browsers on the same cores"].append(float(wall))
    table.show("One run of the script", "ms", dict(sorted(rows.items())), digits=1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        serve()
    else:
        main()

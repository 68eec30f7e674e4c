"""What people leave behind who come and go, for three minutes: nothing.

python -m bench.churn [minutes] [people at once]
"""

import asyncio
import sys
import time

from bench.table import machine
from tests.churn import Footprint, come_and_go
from tests.party import party, start_threads

PEOPLE = 60  # in a round, after which all have gone


async def main(minutes: float, at_once: int) -> None:
    """Print a row for each round, when the last one has gone."""
    print(f"\n### Rooms of up to {at_once}, people coming and going, empty in between\n\n{machine()}\n")
    print("| people so far | seconds | tasks | threads | open files | objects | memory, MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    start_threads()
    begin, people = time.monotonic(), 0
    async with party(at_once) as room:
        while time.monotonic() - begin < 60 * minutes or not people:
            async for _ in come_and_go(room, PEOPLE, at_once):
                people += 1
            seconds, left = time.monotonic() - begin, Footprint.now()
            print(
                f"| {people} | {seconds:.0f} | {left.tasks} | {left.threads} | {left.files} | {left.objects} "
                f"| {left.memory:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    asyncio.run(main(given[0] if given else 3.0, int(given[1]) if len(given) > 1 else 4))

"""People who come and go, and what they leave behind in the process."""

import asyncio
import ctypes
import gc
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple

import psutil

from tests.party import Guest, Party
from tests.rtc_client import until

POOLS = ("media", "asyncio")  # they grow to a fixed size, when there is work for it


class Footprint(NamedTuple):
    """What a process holds."""

    tasks: int
    threads: int
    files: int
    """Open file descriptors, sockets among them."""
    objects: int
    """What Python's garbage collector knows of."""
    memory: float
    """Resident, in MB."""

    @classmethod
    def now(cls) -> "Footprint":
        """After a collection, and without what the allocator keeps for later."""
        gc.collect()
        with suppress(OSError, AttributeError):  # glibc's
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        process = psutil.Process()
        return cls(
            len(asyncio.all_tasks()),
            sum(not thread.name.startswith(POOLS) for thread in threading.enumerate()),
            process.num_fds(),
            len(gc.get_objects()),
            process.memory_info().rss / 1e6,
        )


async def come_and_go(party: Party, people: int, at_once: int) -> AsyncIterator[Guest]:
    """So many come one after the other, each sees something and is yielded; when it is full, the first one goes. Every
    third puts an effect on. In the end all have gone."""
    for number in range(people):
        if len(party.guests) == at_once:
            await party.leaves(party.guests[0])
        guest = await party.enters(f"Person {number}", None, 300 + 50 * number, decode=False)
        if number % 3 == 0:
            guest.chooses("Grayscale")
        if len(party.guests) > 1:
            await until(lambda guest=guest: guest.video.frames and guest.audio.frames)  # type: ignore[misc]
        yield guest
    await party.close()

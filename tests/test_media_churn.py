"""People come and go, and leave nothing behind. `python -m bench.churn` does the same for three minutes."""

import pytest

from tests.churn import Footprint, come_and_go
from tests.party import party, start_threads
from tests.rtc_client import until

pytestmark = pytest.mark.realtime


async def test_twenty_people_come_and_go_and_leave_nothing() -> None:
    """Four at a time, with and without effects: tasks, threads, files and memory are where they were,
    and the hub knows nobody."""
    start_threads()
    async with party(4) as room:
        async for _ in come_and_go(room, 5, at_once=4):  # what is made once is made now: caches, codecs
            pass
        before = Footprint.now()
        seen = 0
        async for guest in come_and_go(room, 20, at_once=4):
            seen += bool(guest.video.frames)
        await until(lambda: all(now <= was for now, was in zip(Footprint.now()[:3], before[:3], strict=True)), 20)
        after = Footprint.now()
        hub = vars(room.hub)
        assert [len(hub[kept]) for kept in ("_feeds", "_stages", "_conferences")] == [0, 0, 0]
    assert seen == 19  # the first one was alone
    assert after.objects < before.objects + 25_000  # each of them takes some 10,000 while they are there
    assert after.memory < before.memory + 60

"""A real server whose database somebody else has locked."""

import asyncio
import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from tests.e2e.server import Server, serving
from tests.hostile.visitor import WITHIN, Visitor


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Nobody can write, for as long as this lasts."""
    with closing(sqlite3.connect(server.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


def kept(server: Server) -> list[str]:
    """Why the calls of the history ended, first to last."""
    with closing(sqlite3.connect(server.database)) as reader:
        return [reason for (reason,) in reader.execute("SELECT reason FROM calls ORDER BY started_at")]


async def talk(ada: Visitor, ben: Visitor) -> None:
    """Enter, and be in a call."""
    await ada.enters("Ada Kept")
    await ben.enters("Ben Kept")
    await ada.runs()
    await ada.calls("Ben Kept")
    await ben.answers(accepts=True)


async def test_nobody_waits_for_a_locked_database(server: Server) -> None:
    """Both are told that the call is over while nothing can be written. The call is kept as soon as it can be."""
    before = len(kept(server))
    async with Visitor.opens(server.url) as ada, Visitor.opens(server.url) as ben:
        await talk(ada, ben)
        async with ada.line() as line:
            await line.send(f'{{"type": "hello", "token": "{ada.token}"}}')
            while json.loads(await line.recv())["type"] != "changed":  # what there is to draw at first
                pass
            with locked(server):
                await ben.hangs_up()
                assert ben.page.shows("Leave")
                while json.loads(await line.recv())["type"] != "changed":
                    pass
                await ada.runs()
                assert ada.page.shows("Leave")
                assert len(kept(server)) == before
        async with asyncio.timeout(WITHIN):
            while len(kept(server)) == before:
                await ada.runs()
        assert kept(server)[before:] == ["hangup"]
        for visitor in (ada, ben):
            await visitor.presses("Leave")


async def test_a_server_that_stops_keeps_what_waits(tmp_path: Path) -> None:
    """Told to stop, it writes what it could not write so far, if the database can be written by then."""
    with serving(tmp_path) as server:
        process = psutil.Process(server.pid)
        with locked(server):
            async with Visitor.opens(server.url) as ada, Visitor.opens(server.url) as ben:
                await talk(ada, ben)
                await ben.hangs_up()
            process.terminate()
            while _answers(server):
                await asyncio.sleep(0.05)
            assert kept(server) == []
        process.wait(WITHIN)
    assert kept(server) == ["hangup"]


def _answers(server: Server) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) == 0

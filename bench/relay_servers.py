"""The engines that are measured, each in a process of its own: requests come on stdin, a line of JSON each.

python -m bench.relay_servers <a Setup as JSON>
"""

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from aiortc import RTCSessionDescription

from bench.relay_engine import Engine, Setup
from bench.relay_janus import Janus
from bench.relay_known import KnownPattern
from bench.relay_parley import Parley

LIMIT = 1 << 20  # bytes in a line; what eight people are offered takes many
Fields = dict[str, Any]
ENGINES: Mapping[str, type[Engine]] = {"known": KnownPattern, "parley": Parley, "janus": Janus}


async def respond(engine: Engine, request: Fields) -> Fields:
    """What an engine answers to a request."""
    what, room, who = request["do"], request.get("room", ""), request.get("who", "")
    if what == "start":
        return {"pid": await engine.start(), "offers": engine.offers}
    if what == "streams":
        return {"streams": engine.streams_per_viewer(request["people"])}
    if what == "offer":
        return _fields(await engine.offer(room, who))
    description = RTCSessionDescription(sdp=request["sdp"], type=request["type"])
    if what == "accept":
        await engine.accept(room, who, description)
        return {}
    return _fields(await (engine.send if what == "send" else engine.watch)(room, who, description))


def _fields(description: RTCSessionDescription) -> Fields:
    return {"sdp": description.sdp, "type": description.type}


async def serve(engine: Engine) -> None:
    """Answer each request, until there is no more to read."""
    reader = asyncio.StreamReader(LIMIT)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        while line := await reader.readline():
            try:
                response = await respond(engine, json.loads(line))
            except Exception as error:  # whatever an engine raises, the bench says it, and measures the others
                if not isinstance(error, NotImplementedError):
                    traceback.print_exc()
                response = {"error": str(error) or type(error).__name__}
            sys.stdout.write(json.dumps(response) + "\n")
            sys.stdout.flush()
    finally:
        await engine.close()


if __name__ == "__main__":
    given = Setup.loads(sys.argv[1])

    async def main() -> None:
        """Make the engine where its event loop runs; at the end, leave what it still does to the system."""
        await serve(ENGINES[given.engine](given))
        os._exit(0)

    asyncio.run(main())

"""The known way to relay video in Python, as aiortc's own samples do it: decode, `MediaRelay`, encode for every viewer.

It runs in a process of its own, where nothing has changed aiortc, and is spoken to through a pipe.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

Description = dict[str, str]
"""An offer or an answer: W3C's RTCSessionDescriptionInit."""

ANSWER_WITHIN = 20.0  # seconds


class RelayProcess:
    """This bench's end of the pipe."""

    def __init__(self, pipe: "Connection[tuple[str, Description], Description]") -> None:
        self._pipe = pipe

    def carry(self, whose: str, offer: Description) -> Description:
        """The answer to somebody who sends, or who wants to receive what `whose` names."""
        self._pipe.send((whose, offer))
        if not self._pipe.poll(ANSWER_WITHIN):
            raise TimeoutError("The relay did not answer an offer.")
        return self._pipe.recv()


@contextmanager
def relaying() -> Iterator[RelayProcess]:
    """A running relay."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield RelayProcess(ours)
    finally:
        process.terminate()
        process.join(ANSWER_WITHIN)


def _serve(pipe: "Connection[Description, tuple[str, Description]]") -> None:
    asyncio.run(_Relay().answer_all(pipe))


class _Relay:
    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._connections: list[RTCPeerConnection] = []
        self._tracks: dict[str, list[MediaStreamTrack]] = {}

    async def answer_all(self, pipe: "Connection[Description, tuple[str, Description]]") -> None:
        while True:
            whose, offer = await asyncio.to_thread(pipe.recv)
            pipe.send(await self._answer(whose, RTCSessionDescription(**offer)))

    async def _answer(self, whose: str, offer: RTCSessionDescription) -> Description:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections.append(connection)
        if "a=recvonly" in offer.sdp:
            for track in self._tracks[whose]:
                connection.addTrack(self._relay.subscribe(track))
        else:
            connection.on("track", self._tracks.setdefault(whose, []).append)
        await connection.setRemoteDescription(offer)
        await connection.setLocalDescription(await connection.createAnswer())
        return {"sdp": connection.localDescription.sdp, "type": connection.localDescription.type}

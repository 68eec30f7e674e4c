"""The reference in C: the videoroom of Janus (https://janus.conf.meetecho.com/docs/videoroom), if it is installed.

It runs as a process of its own with its own configuration, and is driven through its HTTP transport.
"""

import asyncio
import json
import shutil
import socket
import tempfile
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from aiortc import RTCSessionDescription

from bench.relay_engine import Engine, Setup

INSTALL = "on Debian, `apt-get install janus` lets it be measured as well"
WITHIN = 10.0  # seconds, for Janus to be there and to answer
SOON = 0.05  # seconds until it is asked again
ROOM = 1

# What is not needed. Both lists are those of Janus 1.1, and what is in neither is loaded.
PLUGINS = "audiobridge duktape echotest lua nosip recordplay sip streaming textroom videocall voicemail"
TRANSPORTS = "mqtt nanomsg pfunix rabbitmq websockets"

Message = dict[str, Any]


class Janus(Engine):
    """A selective forwarding unit: each viewer receives everybody else's packets on one connection."""

    offers = True

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._people: dict[str, int] = {}
        self._viewers: dict[str, int] = {}
        self._folder = tempfile.TemporaryDirectory()
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> int:
        """Start Janus, connect to it, and make the room."""
        if shutil.which("janus") is None:
            raise NotImplementedError(INSTALL)
        port = free_port()
        configure(Path(self._folder.name), port)
        self._process = await asyncio.create_subprocess_exec(
            *("janus", "--configs-folder", self._folder.name, "--debug-level", "0", "--disable-stdout"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._talk = await Talk.begin(f"http://127.0.0.1:{port}/janus")
        self._admin = await self._talk.attach()
        room = {"request": "create", "room": ROOM, "publishers": 16, "videocodec": "vp8", "audiocodec": "opus"}
        await self._talk.message(self._admin, room | {"bitrate": 2 * self.setup.bitrate})
        return self._process.pid

    def streams_per_viewer(self, people: int) -> int:
        """Everybody else's."""
        return people - 1

    async def send(self, room: str, who: str, offer: RTCSessionDescription) -> RTCSessionDescription:  # noqa: ARG002
        """Publish."""
        number = self._people[who] = len(self._people) + 1
        body = {"request": "joinandconfigure", "ptype": "publisher", "room": ROOM, "id": number}
        return _description(await self._talk.message(await self._talk.attach(), body, offer))

    async def offer(self, room: str, who: str) -> RTCSessionDescription:  # noqa: ARG002
        """Subscribe to all others."""
        await self._published()
        handle = self._viewers[who] = await self._talk.attach()
        streams = [{"feed": number} for other, number in self._people.items() if other != who]
        body = {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams}
        return _description(await self._talk.message(handle, body))

    async def accept(self, room: str, who: str, answer: RTCSessionDescription) -> None:  # noqa: ARG002
        """Let the packets flow."""
        await self._talk.message(self._viewers[who], {"request": "start"}, answer)

    async def close(self) -> None:
        """End Janus."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), WITHIN)
            except TimeoutError:
                self._process.kill()
        self._folder.cleanup()

    async def _published(self) -> None:
        """Wait until Janus has everybody's packets: before that there is nothing to subscribe to."""
        async with asyncio.timeout(WITHIN):
            while True:
                answer = await self._talk.message(self._admin, {"request": "listparticipants", "room": ROOM})
                people = answer["plugindata"]["data"]["participants"]
                if sum(person["publisher"] for person in people) == len(self._people):
                    return
                await asyncio.sleep(SOON)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configure(folder: Path, port: int) -> None:
    """Write a configuration with the videoroom and HTTP alone."""
    plugins, transports = (",".join(f"libjanus_{name}.so" for name in names.split()) for names in (PLUGINS, TRANSPORTS))
    (folder / "janus.jcfg").write_text(
        f'general: {{ session_timeout = 0 }}\nplugins: {{ disable = "{plugins}" }}\n'
        f'transports: {{ disable = "{transports}" }}\n'
    )
    (folder / "janus.transport.http.jcfg").write_text(
        f'general: {{ http = true\nport = {port}\nip = "127.0.0.1"\nhttps = false\nbase_path = "/janus" }}\n'
        "admin: { admin_http = false\nadmin_https = false }\n"
    )


class Talk:
    """A session with Janus (https://janus.conf.meetecho.com/docs/rest), one request at a time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._numbers = map(str, count())
        self._session = ""

    @classmethod
    async def begin(cls, address: str) -> "Talk":
        """Wait for Janus to be there, and open a session."""
        talk = cls(address)
        async with asyncio.timeout(WITHIN):
            while not talk._session:
                try:
                    talk._session = f"/{(await talk._ask({'janus': 'create'}))['data']['id']}"
                except URLError:
                    await asyncio.sleep(SOON)
        return talk

    async def attach(self) -> int:
        """A new handle of the videoroom: one connection, or the room's administration."""
        return int((await self._ask({"janus": "attach", "plugin": "janus.plugin.videoroom"}))["data"]["id"])

    async def message(self, handle: int, body: Message, description: RTCSessionDescription | None = None) -> Message:
        """What the videoroom answers to a request, which may come with an offer or answer."""
        message: Message = {"janus": "message", "body": body}
        if description is not None:
            message["jsep"] = {"type": description.type, "sdp": description.sdp, "trickle": False}
        answer = await self._ask(message, f"/{handle}")
        data = answer["plugindata"]["data"]
        if "error" in data:
            raise RuntimeError(data["error"])
        return answer

    async def _ask(self, message: Message, handle: str = "") -> Message:
        """Send a message. What is only acknowledged is answered by an event of the same transaction."""
        transaction = next(self._numbers)
        async with asyncio.timeout(WITHIN):
            answer = await asyncio.to_thread(self._request, handle, message | {"transaction": transaction})
            while answer["janus"] == "ack" or answer.get("transaction") != transaction:
                answer = await asyncio.to_thread(self._request)
        if answer["janus"] == "error":
            raise RuntimeError(answer["error"]["reason"])
        return answer

    def _request(self, handle: str = "", message: Message | None = None) -> Message:
        """Post a message, or without one, wait for an event."""
        body = json.dumps(message).encode() if message else None
        with urlopen(Request(self._address + self._session + handle, data=body), timeout=WITHIN) as response:
            answer: Message = json.load(response)
        return answer


def _description(answer: Message) -> RTCSessionDescription:
    return RTCSessionDescription(sdp=answer["jsep"]["sdp"], type=answer["jsep"]["type"])

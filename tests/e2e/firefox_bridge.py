"""Starts Firefox for Playwright, and stands between the two.

Playwright drives a stock Firefox by WebDriver BiDi (W3C), and sends commands that the long-term release does not know
yet. It gives up at the first; here they are answered as if they had been done. Run it as Playwright runs a browser:
`python -m tests.e2e.firefox_bridge --remote-debugging-port=0 --profile …`
"""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

FIREFOX = os.environ.get("PARLEY_FIREFOX") or shutil.which("firefox-esr") or "firefox"
NOT_YET = {"emulation.setMediaFeaturesOverride"}
"""Commands that are answered here. Nothing is lost by these: the pages are seen as Firefox shows them by itself."""

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Bridge:
    """One Firefox, and the WebSocket at which Playwright finds it."""

    def __init__(self, firefox: asyncio.subprocess.Process) -> None:
        self._firefox = firefox
        self._address = ""

    async def run(self) -> int:
        """Pass on what both say until Firefox ends; the code that it ends with."""
        async with serve(self._pass_on, "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            assert self._firefox.stderr is not None
            async for line in self._firefox.stderr:
                text = line.decode(errors="replace")
                if found := LISTENING.search(text):
                    self._address = found[1]
                sys.stderr.write(LISTENING.sub(f"WebDriver BiDi listening on ws://127.0.0.1:{port}", text))
                sys.stderr.flush()
        return await self._firefox.wait()

    async def _pass_on(self, playwright: ServerConnection) -> None:
        options: dict[str, Any] = {"max_size": None, "compression": None, "ping_interval": None, "proxy": None}
        async with connect(f"{self._address}/session", **options) as firefox:

            async def answers() -> None:
                async for message in firefox:
                    await playwright.send(message)

            answering = asyncio.create_task(answers())
            async for message in playwright:
                command = json.loads(message)
                if command["method"] in NOT_YET:
                    await playwright.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))
                else:
                    await firefox.send(message)
            answering.cancel()


async def main() -> int:
    """Run Firefox with the arguments of this program, until it ends or this one is told to."""
    firefox = await asyncio.create_subprocess_exec(FIREFOX, *sys.argv[1:], stderr=asyncio.subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, firefox.terminate)
    return await Bridge(firefox).run()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

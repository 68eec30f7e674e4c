"""What the server does besides running sessions: the route of /signal, and the passing of time."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket
from streamlit.url_util import make_url_path

from calls import logs
from calls.errors import SettingsError
from calls.media.rtc import sockets
from calls.settings import Settings
from calls.signaling import Signaling
from calls.ticker import Ticker
from components import configuration, door, modules

TICK = 0.25  # seconds; how late an unanswered call or a lost seat may be noticed
SWEEP_AFTER = 5.0  # seconds between something that happened and the sweep after it


PACKAGES = Path(__file__).parents[1] / "packages.txt"


def check() -> Settings:
    """The settings. Where a library is missing or a setting is wrong, this stops the start: SystemExit, whose message
    names it and the fix.

    Later, a server that cannot start shows where in its code that was, above the message.
    """
    try:
        import cv2  # noqa: F401 - it needs libraries of the system, which a server without a screen may not have
    except ModuleNotFoundError as error:
        raise SystemExit(f"Parley cannot start: {error}. Install it: pip install -r requirements.txt") from None
    except ImportError as error:
        packages = " ".join(PACKAGES.read_text(encoding="utf-8").split())
        raise SystemExit(f"Parley cannot start: {error}. On Debian: sudo apt-get install {packages}") from None
    try:
        settings = configuration.settings()
        sockets.check(settings.ports)
    except SettingsError as error:
        raise SystemExit(f"Parley cannot start.\n{error}") from None
    return settings


class Server:
    """The routes and the lifespan of one server, for `st.App`."""

    def __init__(self) -> None:
        self._signaling: Signaling | None = None
        self._sweep_at: float | None = None

    def routes(self) -> list[BaseRoute]:
        """The routes beside Streamlit's own. A proxy may take the prefix of the path away, or leave it."""
        prefix = st.get_option("server.baseUrlPath")
        lines = [WebSocketRoute(path, self._signal) for path in {"/signal", make_url_path(prefix, "signal")}]
        return [*lines, *modules.routes(make_url_path(prefix, ""))]

    @asynccontextmanager
    async def lifespan(self, _: st.App) -> AsyncIterator[None]:
        """Let time pass for the registry while the server runs. A database that cannot be used stops the start."""
        # Imported only now: the components register with Streamlit's runtime, which did not exist before.
        from components import session

        try:
            services = session.services()
        except SettingsError as error:
            raise SystemExit(f"Parley cannot start.\n{error}") from None
        logs.count_repeats()
        door.open_to(services.settings)
        self._signaling = Signaling(
            services.registry, acts=services.actions, allowed_origins=services.settings.allowed_origins
        )
        # A full collection brings the media to a stand: what is there now stays, and need not be looked through again.
        gc.collect()
        gc.freeze()
        services.registry.listen(lambda _: self._litter())
        clocks = Ticker(services.registry.expire, TICK, "registry-clock"), Ticker(self._sweep, TICK, "sweep")
        with sockets.reserved():
            yield
        for clock in clocks:
            clock.stop()
        await asyncio.to_thread(services.close)

    async def _signal(self, websocket: WebSocket) -> None:
        if self._signaling is not None:
            await self._signaling.endpoint(websocket)

    def _litter(self) -> None:
        self._sweep_at = self._sweep_at or time.monotonic() + SWEEP_AFTER

    def _sweep(self) -> None:
        if self._sweep_at and time.monotonic() > self._sweep_at:
            # aiortc's connections refer to themselves, so they hold their sockets until somebody collects them.
            self._sweep_at = None
            gc.collect()

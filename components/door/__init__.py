"""What stands between the network and the app: who comes, how many, how fast, how much, and what browsers are told.

Each module is one middleware (ASGI 3, https://asgi.readthedocs.io), but for `sockets`, which adapts the web server.
"""

import logging
import time

from starlette.middleware import Middleware

from calls.allowance import Allowances
from calls.settings import Settings
from components.door import sockets
from components.door.address import ClientAddress, Proxies
from components.door.bodies import Bodies
from components.door.headers import Headers
from components.door.lines import Lines

FILES_EACH = 4  # open files for each WebSocket: its own, an HTTP connection's, two of the media's
HTTP_TOO = 4  # connections for each WebSocket: a page has two, and six besides while it loads

logger = logging.getLogger(__name__)


def middleware(settings: Settings) -> list[Middleware]:
    """The middleware for `st.App`, from the network inwards."""
    return [
        Middleware(ClientAddress, trusted=settings.trusted_proxies),
        Middleware(Headers, frame_ancestors=settings.frame_ancestors),
        Middleware(Bodies),
        Middleware(
            Lines,
            most=settings.connections,
            most_per_address=settings.connections_per_address,
            allowances=Allowances(time.monotonic),
        ),
    ]


def open_to(settings: Settings) -> None:
    """Let the network in, once the server starts: as many connections as the settings say and the system allows."""
    files = sockets.raise_file_limit()
    if files < FILES_EACH * settings.connections:
        logger.warning(
            "The system lets this server open %d files, too few for PARLEY_CONNECTIONS=%d: raise it (ulimit -n) to %d.",
            files,
            settings.connections,
            FILES_EACH * settings.connections,
        )
    proxies = Proxies(settings.trusted_proxies)
    most, most_per_address = HTTP_TOO * settings.connections, HTTP_TOO * settings.connections_per_address
    sockets.adapt(sockets.Sockets(most=most, most_per_address=most_per_address, proxies=proxies))

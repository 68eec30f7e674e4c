"""Which ICE servers the browser gets, and which this server uses, as W3C RTCIceServer dictionaries.

A browser is given all of them and finds the best path itself. aiortc uses the first STUN and the first TURN address
that it is given and has no other when they fail, so this server's own list is in the order of what works best.
"""

import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from typing import Any

from calls.settings import Settings

logger = logging.getLogger(__name__)

IceServer = dict[str, Any]
Resolver = Callable[[], list[IceServer]]


def servers(
    settings: Settings, who: str, resolver: Resolver, now: float | None = None
) -> tuple[list[IceServer], list[IceServer]]:
    """(the browser's list, this server's list) for the participant `who`.

    Both may be empty, and are lists then all the same: without one, both sides would ask public servers. `resolver` is
    asked for a provider's TURN servers where the settings name none.
    """
    stun = [{"urls": [url]} for url in settings.stun_urls]
    browser = stun + (_own_turn(settings, who, now) or _resolved(settings, resolver))
    return browser, _in_order(browser)


def rest_credentials(secret: str, who: str, expiry: int) -> tuple[str, str]:
    """(username, credential) that a TURN server with this secret takes until `expiry`, in seconds since the epoch.

    draft-uberti-behave-turn-rest-00, section 2.2: "expiry:who", and its HMAC-SHA1 in base64.
    """
    username = f"{expiry}:{who}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def _own_turn(settings: Settings, who: str, now: float | None) -> list[IceServer]:
    if not settings.turn_urls:
        return []
    username, credential = settings.turn_username, settings.turn_credential.get_secret_value()
    if secret := settings.turn_secret.get_secret_value():
        username, credential = rest_credentials(secret, who, _expiry(settings.turn_ttl, now or time.time()))
    login = {"username": username, "credential": credential} if username else {}
    return [{"urls": list(settings.turn_urls), **login}]


def _expiry(ttl: int, now: float) -> int:
    """Good for one to two ttl, and the same all along: a list that changed would draw the streamers anew."""
    return (int(now) // ttl + 2) * ttl


def _resolved(settings: Settings, resolver: Resolver) -> list[IceServer]:
    if not settings.resolve_turn:
        return []
    try:
        found = resolver()
    except (ValueError, OSError, ImportError) as error:
        logger.warning("No TURN servers from a provider: %s", error)
        return []
    return [server for server in found if any(url.startswith("turn") for url in _urls(server))]


def _in_order(servers: list[IceServer]) -> list[IceServer]:
    single = [{**server, "urls": [url]} for server in servers for url in _urls(server)]
    return sorted(single, key=lambda server: _preference(server["urls"][0]))


def _preference(url: str) -> int:
    """STUN first; then TURN over UDP, over TCP, over TLS: the fewer layers, the less delay."""
    url = url.lower()
    if url.startswith("stun"):
        return 0
    return 3 if url.startswith("turns:") else 2 if "transport=tcp" in url else 1


def _urls(server: IceServer) -> list[str]:
    urls = server["urls"]
    return [urls] if isinstance(urls, str) else list(urls)

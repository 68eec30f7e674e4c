"""Which ICE servers a browser is given, and which this server uses itself (RFC 8445; W3C's RTCIceServer)."""

import base64
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from calls.settings import Settings

Servers = list[dict[str, Any]]

# What aiortc can use: host names and IPv4 addresses, no TLS to a STUN server, no DTLS to a TURN server.
_AIORTC = re.compile(r"(?P<scheme>stun|turns?):[^?:\[]+(:\d+)?(\?transport=(?P<transport>udp|tcp))?")
_PREFERENCE = {("stun", "udp"): 0, ("turn", "udp"): 1, ("turn", "tcp"): 2, ("turns", "tcp"): 3}

STEPS = 6  # in which the time goes on that credentials are made of

logger = logging.getLogger(__name__)


def servers(
    settings: Settings, who: str | None, resolver: Callable[[], Servers], now: float | None = None
) -> tuple[Servers, Servers]:
    """The servers for the browser of `who`, and those for this server's end, as RTCIceServer dictionaries. Who has no
    name yet (None) gets no TURN server: anybody may open the page, and would have what these servers carry.

    The browser tries them all. aiortc takes the first STUN and the first TURN address and falls back on none: its list
    has one address an entry, the most likely to work first. Two empty lists mean that nobody asks any server.

    `resolver` is asked on each call where no TURN server is set; it keeps its own answers. `now` is in seconds since
    the epoch.
    """
    if settings.turn_urls or not settings.resolve_turn:
        found = [*_stun(settings), *_turn(settings, who, time.time() if now is None else now)]
    else:
        found = _resolved(settings, resolver)
    if who is None:
        found = [server for server in found if not _has([server], "turn")]
    return found, _for_aiortc(found)


def _stun(settings: Settings) -> Servers:
    return [{"urls": list(settings.stun_urls)}] if settings.stun_urls else []


def _turn(settings: Settings, who: str | None, now: float) -> Servers:
    if not settings.turn_urls or who is None:
        return []
    username, credential = settings.turn_username, settings.turn_credential.get_secret_value()
    if secret := settings.turn_secret.get_secret_value():
        username, credential = temporary_credentials(secret, who, settings.turn_ttl, now)
    return [{"urls": list(settings.turn_urls), "username": username, "credential": credential}]


def temporary_credentials(secret: str, who: str, ttl: int, now: float) -> tuple[str, str]:
    """A user name and a password that a TURN server with the same secret accepts for `ttl` seconds or a sixth more.

    Source: draft-uberti-behave-turn-rest-00, section 2.2, as coturn's `use-auth-secret` does it. It looks at the time
    when an allocation is made: a call that is relayed may go on for longer. They are the same for a sixth of `ttl`, so
    that not every run of a page gives its browser another list.
    """
    step = ttl // STEPS
    username = f"{(int(now) // step + 1) * step + ttl}:{who}"
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(mac).decode()


def _resolved(settings: Settings, resolver: Callable[[], Servers]) -> Servers:
    """What a provider of TURN gives, with the STUN servers of the settings where it has none of its own."""
    found = _asked(resolver)
    if not _has(found, "turn"):
        return _stun(settings)
    return found if _has(found, "stun") else [*_stun(settings), *found]


def _asked(resolver: Callable[[], Servers]) -> Servers:
    try:
        return [_plain(server) for server in resolver()]
    except (ValueError, OSError, ImportError, LookupError) as error:
        _warn(f"No TURN server: {error}")
        return []


@lru_cache(maxsize=16)
def _warn(message: str) -> None:
    """Log it once, not at every run of every page."""
    logger.warning(message)


def _plain(server: dict[str, Any]) -> dict[str, Any]:
    """One server in W3C's words alone: Twilio adds an obsolete `url`, others give one address without a list."""
    urls = server["urls"]
    credentials = {name: server[name] for name in ("username", "credential") if server.get(name)}
    return {"urls": [urls] if isinstance(urls, str) else list(urls), **credentials}


def _has(found: Servers, scheme: str) -> bool:
    return any(url.startswith(scheme) for server in found for url in server["urls"])


def _for_aiortc(found: Servers) -> Servers:
    """One address an entry: one STUN server, then TURN from the fastest to what passes firewalls."""
    single = [{**server, "urls": [url]} for server in found for url in server["urls"] if _preference(url) is not None]
    ordered = sorted(single, key=lambda server: _preference(server["urls"][0]) or 0)
    stun = [server for server in ordered if _has([server], "stun")]
    return [*stun[:1], *ordered[len(stun) :]]


def _preference(url: str) -> int | None:
    """The place of an address among those that aiortc can use; None where it cannot."""
    found = _AIORTC.fullmatch(url)
    if found is None:
        return None
    usual = "tcp" if found["scheme"] == "turns" else "udp"
    return _PREFERENCE.get((found["scheme"], found["transport"] or usual))

"""What the person who runs a server may set: by PARLEY_* variables, or by the [parley] table of Streamlit's secrets.

`python -m calls.settings` prints them all as a Markdown table.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from calls import limits
from calls.errors import SettingsError

PREFIX = "PARLEY_"
IGNORED = frozenset({"PARLEY_CHROMIUM", "PARLEY_FIREFOX"})
"""Variables of this prefix that are the tests' own."""

_HOST_AND_PORT = r"(?:\[[0-9A-Fa-f:.]+\]|[\w.~%-]+)(?::(?P<port>\d{1,5}))?"
_STUN = re.compile(rf"stuns?:{_HOST_AND_PORT}", re.ASCII)
_TURN = re.compile(rf"turns?:{_HOST_AND_PORT}(?:\?transport=(?:udp|tcp))?", re.ASCII)
_ORIGIN = re.compile(rf"(?P<scheme>https?)://{_HOST_AND_PORT}", re.ASCII)
_ANCESTOR = re.compile(rf"https?://(?:\*\.)?{_HOST_AND_PORT}", re.ASCII)
_PORTS = re.compile(r"(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?", re.ASCII)
_USUAL_PORTS = {"http": "80", "https": "443"}


def _split(value: object) -> object:
    """A comma-separated text as the list it stands for; the empty text is the empty list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _matches(pattern: re.Pattern[str], url: str) -> bool:
    found = pattern.fullmatch(url)
    return found is not None and 0 < int(found["port"] or 1) < 65536


def _stun_url(url: str) -> str:
    """RFC 7064: no `//`, no query."""
    if not _matches(_STUN, url):
        raise ValueError("should look like stun:stun.example.org:3478")
    return url


def _turn_url(url: str) -> str:
    """RFC 7065: no `//`, no user. A transport that is neither udp nor tcp makes browsers refuse the whole list."""
    if not _matches(_TURN, url):
        raise ValueError("should look like turn:turn.example.org:3478?transport=udp or turns:turn.example.org:443")
    return url


def _origin(text: str) -> str:
    """An origin as browsers write it (RFC 6454, section 6.2), because it is compared letter by letter."""
    found = _ORIGIN.fullmatch(text)
    if found is None or text != text.lower() or found["port"] == _USUAL_PORTS[found["scheme"]]:
        raise ValueError("should look like https://calls.example.org: no path, no capitals, no port 443 (http: 80)")
    return text


def _largest(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{2,3}x[1-9]\d{2,3}", text, re.ASCII):
        raise ValueError("should look like 1920x1080, each from 100 to 9999")
    return text


def _network(text: object) -> object:
    try:
        return ip_network(str(text))
    except ValueError:
        raise ValueError("should look like 10.0.0.7, 10.0.0.0/8 or fd00::/8") from None


def _ancestor(text: str) -> str:
    """A source of `frame-ancestors` (W3C Content Security Policy 3, section 6.4.2)."""
    if text not in {"'self'", "'none'"} and not _ANCESTOR.fullmatch(text):
        raise ValueError("should look like 'self', 'none' or https://portal.example.org")
    return text


def _public_address(text: str) -> str:
    """An address as it is written in a candidate."""
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError("should be IP addresses such as 203.0.113.7 or 2001:db8::7, not names") from None
    if address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local:
        raise ValueError("should be addresses at which browsers reach this server")
    return str(address)


def _udp_ports(value: object) -> object:
    """One port or a range of them, as text."""
    text = str(value).replace(" ", "")
    found = _PORTS.fullmatch(text)
    if text and not found:
        raise ValueError("should look like 40000 or 40000-40100")
    if found and not 0 < int(found["first"]) <= int(found["last"] or found["first"]) < 65536:
        raise ValueError("should be ports from 1 to 65535, the lower one first")
    return text


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Bitrate = Annotated[int, Field(ge=100_000, le=20_000_000)]
StunUrls = Annotated[tuple[Annotated[str, AfterValidator(_stun_url)], ...], NoDecode, BeforeValidator(_split)]
TurnUrls = Annotated[tuple[Annotated[str, AfterValidator(_turn_url)], ...], NoDecode, BeforeValidator(_split)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Largest = Annotated[str, AfterValidator(_largest)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split)]
PublicAddresses = Annotated[
    tuple[Annotated[str, AfterValidator(_public_address)], ...], NoDecode, BeforeValidator(_split)
]
UdpPorts = Annotated[str, BeforeValidator(_udp_ports)]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)]
Ancestors = Annotated[tuple[Annotated[str, AfterValidator(_ancestor)], ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """All settings of one server, checked. Made by `load_settings`, which says in plain words what is wrong."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    ring_timeout: Seconds = Field(30.0, description="Seconds that a call rings before it counts as missed.")
    seat_grace: Seconds = Field(15.0, description="Seconds that a person's seat is kept after the tab has gone.")
    room_capacity: int = Field(8, ge=2, le=limits.ROOM_PEOPLE, description="How many people a room holds.")
    auto_preview: bool = Field(
        True, description="Start the camera by itself: in a call, while it rings, and for a room's link."
    )
    database_url: str = Field(
        "sqlite:///parley.sqlite3", repr=False, description="Where the history is kept, as an SQLAlchemy URL."
    )
    video_width: int = Field(640, ge=160, le=1920, description="Width that cameras are asked for, in pixels.")
    video_height: int = Field(480, ge=120, le=1080, description="Height that cameras are asked for, in pixels.")
    video_largest: Largest = Field("1920x1080", description="The largest picture that the server decodes, for effects.")
    video_fps: int = Field(30, ge=1, le=60, description="Frames per second that cameras are asked for.")
    video_bitrate: Bitrate = Field(
        1_500_000, description="The most bits per second that a camera sends to the server at 640x480 and below."
    )
    video_bitrate_hd: Bitrate = Field(2_500_000, description="The same for larger pictures.")
    public_address: PublicAddresses = Field(
        (),
        description="Addresses at which browsers reach this server behind a NAT or in a container, comma separated; "
        "they are told these beside its own, and then it asks no STUN server for them.",
    )
    udp_ports: UdpPorts = Field(
        "",
        description="The UDP port of all media, or a range (`40000-40100`) of which each process takes the first free "
        "one; empty for any.",
    )
    stun_urls: StunUrls = Field(
        ("stun:stun.l.google.com:19302",), description="STUN servers, comma separated; empty for none."
    )
    turn_urls: TurnUrls = Field((), description="TURN servers, comma separated.")
    turn_username: str = Field("", description="User name on the TURN servers, with `PARLEY_TURN_CREDENTIAL`.")
    turn_credential: SecretStr = Field(SecretStr(""), description="Password of that user.")
    turn_secret: SecretStr = Field(
        SecretStr(""), description="Instead of the two: the secret shared with coturn (its `static-auth-secret`)."
    )
    turn_ttl: int = Field(
        3600, ge=60, description="Seconds that credentials made from the secret are valid; a sixth more at most."
    )
    resolve_turn: bool = Field(
        True,
        description="With no TURN server set here, use Cloudflare, Twilio or Hugging Face by their own variables.",
    )
    direct_timeout: Seconds = Field(
        8.0, description="Seconds in which two browsers have to reach each other directly, or again."
    )
    ice_transport_policy: Literal["all", "relay"] = Field(
        "all", description="`relay`: direct calls go over TURN servers only, so that nobody sees another's address."
    )
    denied_peers: Networks = Field(
        (),
        description="Networks to which no browser may make this server send media, comma separated (`10.0.0.0/8`), "
        "beside loopback, link-local, multicast and the clouds' metadata addresses.",
    )
    allowed_origins: Origins = Field((), description="Further origins whose pages may open `/signal`, comma separated.")
    frame_ancestors: Ancestors = Field(
        ("'self'",), min_length=1, description="Who may show Parley in a frame, as in the header `frame-ancestors`."
    )
    trusted_proxies: Networks = Field(
        (), description="Addresses or networks of proxies whose X-Forwarded-For is believed, comma separated."
    )
    connections: int = Field(1_000, ge=2, description="How many WebSockets there may be; each open page has two.")
    connections_per_address: int = Field(200, ge=2, description="The same from one address, such as an office's.")
    push: bool = Field(True, description="Push changes over `/signal`; without it every page asks every 2 s.")

    @property
    def ports(self) -> range:
        """The UDP ports that media may use; empty for any."""
        first, _, last = self.udp_ports.partition("-")
        return range(int(first), int(last or first) + 1) if first else range(0)

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if problems := list(_conflicts(self)):
            raise ValueError("\n".join(problems))
        return self


def _conflicts(settings: Settings) -> Iterator[str]:
    """What is wrong between settings that are right one by one."""
    static = bool(settings.turn_username), bool(settings.turn_credential)
    if static == (True, False):
        yield "PARLEY_TURN_USERNAME is set without PARLEY_TURN_CREDENTIAL: set both, or neither."
    if static == (False, True):
        yield "PARLEY_TURN_CREDENTIAL is set without PARLEY_TURN_USERNAME: set both, or neither."
    if settings.turn_secret and any(static):
        yield "PARLEY_TURN_SECRET is set together with a user name or a credential: keep one of the two ways."
    known = bool(settings.turn_secret) or any(static)
    if known and not settings.turn_urls:
        yield "PARLEY_TURN_URLS is empty, but there are credentials for it: name the TURN servers."
    if settings.turn_urls and not known:
        yield "PARLEY_TURN_URLS needs PARLEY_TURN_SECRET, or PARLEY_TURN_USERNAME and PARLEY_TURN_CREDENTIAL."


def load_settings(secrets: Mapping[str, object] | None = None) -> Settings:
    """The settings from the environment and, where it says nothing, from the [parley] table of the secrets.

    Raises SettingsError with one line for each problem.
    """
    given: dict[str, Any] = dict(secrets or {})
    problems = [*_unknown_variables(), *_unknown_secrets(given)]
    try:
        settings = Settings(**_not_in_environment(given))
    except ValidationError as error:
        problems += [_told(problem["loc"], problem) for problem in error.errors()]
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _not_in_environment(given: Mapping[str, Any]) -> dict[str, Any]:
    overridden = {name.upper() for name in os.environ}
    known = Settings.model_fields.keys() & given.keys()
    return {name: given[name] for name in known if _variable(name) not in overridden}


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _unknown_variables() -> Iterator[str]:
    known = [_variable(name) for name in Settings.model_fields]
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in {*known, *IGNORED}:
            yield _unknown(name, name.upper(), known)


def _unknown_secrets(given: Mapping[str, object]) -> Iterator[str]:
    known = list(Settings.model_fields)
    for name in given:
        if name not in known:
            yield _unknown(f"{name} in [parley] of the secrets", name.lower().removeprefix(PREFIX.lower()), known)


def _unknown(name: str, meant: str, known: list[str]) -> str:
    nearest = get_close_matches(meant, known, n=1, cutoff=0)[0]
    return f"{name} is no setting; the nearest is {nearest}."


def _told(where: tuple[int | str, ...], problem: Any) -> str:
    """One line about a wrong value. The values of secrets, and of a URL that may hold a password, are not repeated."""
    cause = problem.get("ctx", {}).get("error")
    message = str(cause or problem["msg"]).replace("Input should", "should")
    if not where:
        return message
    field = Settings.model_fields[str(where[0])]
    shown = "" if field.annotation is SecretStr or not field.repr else f", but is {problem['input']!r}"
    return f"{_variable(str(where[0]))} {message}{shown}. {field.description}"


def table() -> str:
    """All settings in Markdown: the variable, its default, and what it does."""
    rows = [
        f"| `{_variable(name)}` | {_default(f.default)} | {f.description} |"
        for name, f in Settings.model_fields.items()
    ]
    return "\n".join(["| Variable | Default | What it does |", "|---|---|---|", *rows])


def _default(value: object) -> str:
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    return f"`{text.lower() if isinstance(value, bool) else text}`" if text else ""


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")

"""The settings of a server, from its environment and from Streamlit's secrets, checked at start.

Every setting is a variable `PARLEY_<NAME>`, or `<name>` in the table `[parley]` of the secrets; the environment wins.
`python -m calls.settings` prints the README's table. The library is pydantic-settings.
"""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from calls.errors import SettingsError

PREFIX = "PARLEY_"
OURS_BUT_NO_SETTING = {"PARLEY_CHROMIUM"}  # which browser the tests use

# RFC 7064, section 3.1, and RFC 7065, section 3.1
ICE_URL = re.compile(r"(stuns?:[^?\s]+|turns?:[^?\s]+(\?transport=(udp|tcp))?)", re.IGNORECASE)

Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """What a server can be told. Raises pydantic's ValidationError; `load_settings` makes that a SettingsError."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    ring_timeout: float = Field(30.0, gt=0, description="Seconds until a call that nobody takes is over.")
    seat_grace: float = Field(15.0, gt=0, description="Seconds that a vanished tab keeps its place in a call.")
    auto_preview: bool = Field(True, description="Start the camera by itself when a call rings in or out.")
    push: bool = Field(True, description="Tell pages of news over `/signal`; off, every page asks every 2 seconds.")
    database_url: str = Field("sqlite:///parley.sqlite3", description="Where past calls are kept: any SQLAlchemy URL.")
    video_width: int = Field(640, ge=160, le=1920, description="Pixels that the camera is asked for.")
    video_height: int = Field(480, ge=120, le=1080, description="Pixels that the camera is asked for.")
    video_fps: int = Field(30, ge=1, le=60, description="Pictures a second that the camera is asked for.")
    stun_urls: Words = Field(
        ("stun:stun.l.google.com:19302",), description="STUN servers, with commas between them; empty for none."
    )
    turn_urls: Words = Field((), description="TURN servers, with commas between them.")
    turn_username: str = Field("", description="A fixed user name at the TURN servers.")
    turn_credential: SecretStr = Field(SecretStr(""), description="The password of that user.")
    turn_secret: SecretStr = Field(
        SecretStr(""), description="A secret shared with coturn, for credentials that expire."
    )
    turn_ttl: int = Field(86_400, gt=0, description="Seconds that such credentials are good for, at least.")
    resolve_turn: bool = Field(
        True, description="Without TURN servers here, ask Cloudflare, Twilio or Hugging Face if their keys are set."
    )
    allowed_origins: Words = Field((), description="Further origins whose pages may open `/signal`.")

    @field_validator("stun_urls", "turn_urls", "allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @field_validator("stun_urls", "turn_urls")
    @classmethod
    def _are_ice_urls(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not ICE_URL.fullmatch(url):
                raise ValueError(f"{url!r} is no STUN or TURN address; write stun:host:3478 or turn:host:3478")
        return urls

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
                raise ValueError(f"{origin!r} is no origin; write https://host, with nothing behind it")
        return origins

    @model_validator(mode="after")
    def _agree(self) -> Self:
        secret, fixed = bool(self.turn_secret.get_secret_value()), bool(self.turn_username)
        if fixed != bool(self.turn_credential.get_secret_value()):
            raise ValueError("PARLEY_TURN_USERNAME and PARLEY_TURN_CREDENTIAL go together; set both or neither")
        if secret and fixed:
            raise ValueError("PARLEY_TURN_SECRET makes its own credentials; remove it or PARLEY_TURN_USERNAME")
        if (secret or fixed) and not self.turn_urls:
            raise ValueError("TURN credentials need a server; set PARLEY_TURN_URLS")
        return self


def load_settings(secrets: Mapping[str, object] | None = None) -> Settings:
    """The settings of this process. `secrets` is the table [parley]. Raises SettingsError with a line per problem."""
    problems = _unknown(secrets or {})
    if problems:
        raise SettingsError("\n".join(problems))
    given = {name: value for name, value in (secrets or {}).items() if PREFIX + name.upper() not in os.environ}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("\n".join(_problem(detail) for detail in error.errors())) from None


def _unknown(secrets: Mapping[str, object]) -> list[str]:
    variables = {name: PREFIX + name.upper() for name in Settings.model_fields}
    strangers = [(name, list(variables)) for name in secrets if name not in variables]
    ours = {name for name in os.environ if name.startswith(PREFIX)} - OURS_BUT_NO_SETTING
    strangers += [(name, list(variables.values())) for name in sorted(ours) if name not in variables.values()]
    return [f"{name} is no setting of Parley.{_nearest(name, known)}" for name, known in strangers]


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else " Remove it."


def _problem(detail: Any) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    if not detail["loc"]:
        return f"{message}."
    return f"{PREFIX}{str(detail['loc'][0]).upper()}: {message}."


def table() -> str:
    """All settings as a Markdown table."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_shown(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | what it does |", "| --- | --- | --- |", *rows])


def _shown(default: object) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    text = ",".join(default) if isinstance(default, tuple) else str(default)
    return f"`{text.lower() if isinstance(default, bool) else text}`" if text else "none"


if __name__ == "__main__":
    print(table())  # noqa: T201

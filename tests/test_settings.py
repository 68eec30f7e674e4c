"""Settings: where they come from, and what a person is told about a wrong one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from calls.errors import SettingsError
from calls.settings import Settings, load_settings, table

TURN = {"turn_urls": ["turn:turn.example.org"], "turn_secret": "north"}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("PARLEY_")]:
        monkeypatch.delenv(name)


def problems(**secrets: object) -> list[str]:
    """The lines of the SettingsError for these secrets."""
    with pytest.raises(SettingsError) as caught:
        load_settings(secrets)
    return str(caught.value).splitlines()


def test_nothing_needs_to_be_set() -> None:
    """The defaults make a server that works."""
    settings = load_settings()
    assert (settings.ring_timeout, settings.seat_grace, settings.push) == (30.0, 15.0, True)
    assert settings.room_capacity == 8
    assert settings.stun_urls == ("stun:stun.l.google.com:19302",)
    assert settings.turn_urls == ()


def test_the_environment_beats_the_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable wins over the same setting in the secrets, even over a wrong one; the other secrets count."""
    monkeypatch.setenv("PARLEY_RING_TIMEOUT", "5")
    settings = load_settings({"ring_timeout": "soon", "seat_grace": 2})
    assert (settings.ring_timeout, settings.seat_grace) == (5.0, 2.0)


def test_settings_cannot_be_changed() -> None:
    """All sessions share one object, so nobody can alter it."""
    with pytest.raises(ValidationError):
        load_settings().push = False  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("", ()),
        (" , ", ()),
        ("stun:a", ("stun:a",)),
        ("stun:a, stuns:b:5349 ,stun:[2001:db8::1]:3478", ("stun:a", "stuns:b:5349", "stun:[2001:db8::1]:3478")),
    ],
)
def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch, text: str, urls: tuple[str, ...]) -> None:
    """A list in a variable has commas between its items; the empty text is the empty list."""
    monkeypatch.setenv("PARLEY_STUN_URLS", text)
    assert load_settings().stun_urls == urls


def test_lists_in_the_secrets_are_lists_or_texts() -> None:
    """The secrets may hold a TOML list, or the text that a variable would hold."""
    assert load_settings({"stun_urls": ["stun:a", "stun:b"]}).stun_urls == ("stun:a", "stun:b")
    assert load_settings({"stun_urls": "stun:a,stun:b"}).stun_urls == ("stun:a", "stun:b")


@pytest.mark.parametrize(
    ("value", "ports"),
    [("", range(0)), ("40000", range(40000, 40001)), (40000, range(40000, 40001)), ("1 - 65535", range(1, 65536))],
)
def test_ports_are_one_or_a_range(value: object, ports: range) -> None:
    """As an operator writes them, in a variable or in TOML; the default leaves it to the system."""
    assert load_settings({"udp_ports": value}).ports == ports


def test_public_addresses_are_of_both_kinds() -> None:
    """Written as they are compared with a machine's own."""
    settings = load_settings({"public_address": "203.0.113.7, 2001:DB8:0::7"})
    assert settings.public_address == ("203.0.113.7", "2001:db8::7")


def test_an_unknown_variable_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in a name is an error that says what was meant, never a setting that silently has no effect."""
    monkeypatch.setenv("PARLEY_RING_TIMOUT", "5")
    assert problems() == ["PARLEY_RING_TIMOUT is no setting; the nearest is PARLEY_RING_TIMEOUT."]


def test_an_unknown_secret_names_the_nearest() -> None:
    """The same for the secrets, where a variable's name in capitals is a likely slip."""
    assert problems(stun_url="", PARLEY_PUSH=True) == [
        "stun_url in [parley] of the secrets is no setting; the nearest is stun_urls.",
        "PARLEY_PUSH in [parley] of the secrets is no setting; the nearest is push.",
    ]


def test_the_variable_of_the_browser_tests_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """PARLEY_CHROMIUM belongs to the tests and disturbs no server."""
    monkeypatch.setenv("PARLEY_CHROMIUM", "chromium")
    load_settings()


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("ring_timeout", 0, "greater than 0"),
        ("ring_timeout", "soon", "valid number"),
        ("seat_grace", "inf", "finite"),
        ("seat_grace", "nan", "finite"),
        ("video_width", 159, "greater than or equal to 160"),
        ("room_capacity", 1, "greater than or equal to 2"),
        ("room_capacity", 17, "less than or equal to 16"),
        ("video_height", 1081, "less than or equal to 1080"),
        ("video_fps", "29.97", "valid integer"),
        ("turn_ttl", 59, "greater than or equal to 60"),
        ("push", "maybe", "valid boolean"),
        ("udp_ports", "forty", "40000-40100"),
        ("udp_ports", "40000-", "40000-40100"),
        ("udp_ports", "0", "from 1 to 65535"),
        ("udp_ports", "65536", "from 1 to 65535"),
        ("udp_ports", "40100-40000", "the lower one first"),
        ("public_address", "calls.example.org", "not names"),
        ("public_address", "0.0.0.0", "browsers reach"),
        ("public_address", "127.0.0.1", "browsers reach"),
        ("public_address", "fe80::1", "browsers reach"),
        ("stun_urls", ["stun://stun.example.org"], "stun:stun.example.org:3478"),
        ("stun_urls", ["turn:turn.example.org"], "stun:stun.example.org:3478"),
        ("stun_urls", ["stun:a?transport=udp"], "stun:stun.example.org:3478"),
        ("stun_urls", ["stun:a:0"], "stun:stun.example.org:3478"),
        ("stun_urls", ["stun:a:65536"], "stun:stun.example.org:3478"),
        ("turn_urls", ["turn:user@turn.example.org"], "turn:turn.example.org:3478?transport=udp"),
        ("turn_urls", ["turn:a?transport=sctp"], "turn:turn.example.org:3478?transport=udp"),
        ("video_largest", "1920*1080", "1920x1080"),
        ("video_largest", "0x99999", "1920x1080"),
        ("denied_peers", "10.1.2.3/8", "10.0.0.0/8"),
        ("allowed_origins", "*", "https://calls.example.org"),
        ("allowed_origins", "null", "https://calls.example.org"),
        ("allowed_origins", "https://*.example.org", "https://calls.example.org"),
        ("allowed_origins", "https://a.example.org/", "no path"),
        ("allowed_origins", "https://A.example.org", "no capitals"),
        ("allowed_origins", "https://a.example.org:443", "no port 443"),
        ("allowed_origins", "https://a.example.org:x", "https://calls.example.org"),
    ],
)
def test_a_wrong_value_names_the_variable_and_the_fix(name: str, value: object, fix: str) -> None:
    """One line: the variable, what it should be, and what it is now."""
    (line,) = problems(**{name: value})
    assert line.startswith(f"PARLEY_{name.upper()} should ")
    assert fix in line
    assert (value[0] if isinstance(value, list) else str(value)) in line


@pytest.mark.parametrize("origin", ["http://localhost:8501", "https://a.example.org", "https://a:80", "http://[::1]:1"])
def test_an_origin_is_taken_as_it_is(origin: str) -> None:
    """What a browser would send is allowed, letter by letter."""
    assert load_settings({"allowed_origins": [origin]}).allowed_origins == (origin,)


@pytest.mark.parametrize("url", ["turn:a", "turn:192.0.2.1:3478", "turn:a?transport=tcp", "turns:a:443?transport=tcp"])
def test_a_turn_url_is_taken_as_it_is(url: str) -> None:
    """All of RFC 7065 that browsers take is allowed."""
    assert load_settings(TURN | {"turn_urls": [url]}).turn_urls == (url,)


def test_all_problems_are_told_at_once() -> None:
    """Whoever fixes the settings starts the server once more, not once for each mistake."""
    lines = problems(colour="red", ring_timeout=-1, stun_urls=["stun:a", "b", "c"])
    assert [line.partition(" ")[0] for line in lines] == [
        "colour",
        "PARLEY_RING_TIMEOUT",
        "PARLEY_STUN_URLS",
        "PARLEY_STUN_URLS",
    ]


@pytest.mark.parametrize(
    ("secrets", "named"),
    [
        (TURN | {"turn_secret": "", "turn_username": "me"}, "PARLEY_TURN_USERNAME is set without"),
        (TURN | {"turn_secret": "", "turn_credential": "x"}, "PARLEY_TURN_CREDENTIAL is set without"),
        (TURN | {"turn_username": "me", "turn_credential": "x"}, "PARLEY_TURN_SECRET is set together"),
        (TURN | {"turn_urls": []}, "PARLEY_TURN_URLS is empty"),
        ({"turn_username": "me", "turn_credential": "x"}, "PARLEY_TURN_URLS is empty"),
        (TURN | {"turn_secret": ""}, "PARLEY_TURN_URLS needs PARLEY_TURN_SECRET"),
    ],
)
def test_settings_that_do_not_fit_together_are_named(secrets: dict[str, object], named: str) -> None:
    """Half of a TURN server is an error at the start, rather than calls that fail behind some firewalls."""
    (line,) = problems(**secrets)
    assert line.startswith(named)


def test_passwords_are_never_shown() -> None:
    """Neither a printed Settings nor an error repeats a secret."""
    shown = repr(load_settings(TURN | {"database_url": "postgresql://me:hunter2@host/parley"}))
    assert "north" not in shown
    assert "hunter2" not in shown
    assert "12345" not in "".join(problems(turn_secret=12345, database_url=12345))


def test_the_table_has_a_line_for_every_setting() -> None:
    """The README's table is complete: each setting with what it does."""
    rows = table().splitlines()[2:]
    assert len(rows) == len(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())
    assert "| `PARLEY_PUSH` | `true` | " in table()
    assert "| `PARLEY_TURN_URLS` |  | " in table()


def test_the_table_is_printed_by_the_module() -> None:
    """`python -m calls.settings` is how the README's table is made."""
    command = [sys.executable, "-m", "calls.settings"]
    printed = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    assert printed.stdout == table() + "\n"

"""The ICE servers: everything for the browser, the best addresses for aiortc, and credentials that pass."""

import logging
from itertools import permutations
from typing import Any

import pytest
from aiortc import RTCIceServer
from aiortc.rtcicetransport import connection_kwargs
from hypothesis import given
from hypothesis import strategies as st

from calls import ice
from calls.ice import Servers, servers, temporary_credentials
from calls.settings import Settings

UDP, TCP, TLS = "turn:t.example.org", "turn:t.example.org?transport=tcp", "turns:t.example.org:443"
NEVER = "the resolver was asked, though the settings are enough"


def never() -> Servers:
    raise AssertionError(NEVER)


def with_turn(*urls: str, **more: Any) -> Settings:
    return Settings(**({"stun_urls": ["stun:a", "stun:b"], "turn_urls": urls, "turn_secret": "north"} | more))


def test_the_browser_gets_every_server() -> None:
    """A browser tries all STUN and TURN addresses by itself, so it is told of all."""
    settings = with_turn(TLS, UDP, turn_secret="", turn_username="me", turn_credential="pass")
    browser, _ = servers(settings, "alice", never)
    assert browser == [
        {"urls": ["stun:a", "stun:b"]},
        {"urls": [TLS, UDP], "username": "me", "credential": "pass"},
    ]


@pytest.mark.parametrize("urls", tuple(permutations([UDP, TCP, TLS])))
def test_the_server_gets_one_stun_server_and_turn_by_preference(urls: tuple[str, ...]) -> None:
    """In whatever order they are set: UDP before TCP before TLS, one address an entry."""
    _, server = servers(with_turn(*urls), "alice", never)
    assert [entry["urls"] for entry in server] == [["stun:a"], [UDP], [TCP], [TLS]]


def test_aiortc_takes_the_preferred_addresses() -> None:
    """What aiortc makes of the list is the first STUN server, and TURN over UDP with our credentials."""
    _, server = servers(with_turn(TLS, TCP, UDP), "alice", never, now=0)
    chosen = connection_kwargs([RTCIceServer(**entry) for entry in server])
    assert chosen["stun_server"] == ("a", 3478)
    assert (chosen["turn_server"], chosen["turn_transport"]) == (("t.example.org", 3478), "udp")
    assert chosen["turn_username"] == "4200:alice"


def test_aiortc_is_spared_what_it_cannot_use() -> None:
    """An IPv6 address in brackets would make aiortc raise; STUN over TLS and TURN over DTLS it does not speak."""
    settings = with_turn("turn:[2001:db8::1]", "turns:t?transport=udp", TCP, stun_urls=["stuns:s", "stun:[::1]"])
    browser, server = servers(settings, "alice", never)
    assert [entry["urls"] for entry in server] == [[TCP]]
    assert len(browser[0]["urls"]) == 2
    assert len(browser[1]["urls"]) == 3


def test_nobody_is_asked_where_nothing_is_set() -> None:
    """Without any server, both lists are empty rather than absent: aiortc would ask a public STUN server else."""
    assert servers(Settings(stun_urls=(), resolve_turn=False), "alice", never) == ([], [])


def test_the_credentials_are_those_that_openssl_makes() -> None:
    """The password for a user name and a secret is the one that coturn computes for itself."""
    # printf %s 1700014200:alice | openssl dgst -sha1 -hmac north -binary | base64
    expected = ("1700014200:alice", "FwoPSLukjIcJ2cyGhpGFUZZ8qHE=")
    assert temporary_credentials("north", "alice", ttl=3600, now=1_700_010_000) == expected


@given(now=st.floats(0, 4e9), ttl=st.integers(60, 10**6))
def test_credentials_are_valid_as_long_as_was_set(now: float, ttl: int) -> None:
    """Whenever a call starts; and not much longer, so that who has left cannot use them for long."""
    expiry = int(temporary_credentials("north", "alice", ttl, now)[0].partition(":")[0])
    assert ttl < expiry - int(now) + 1 <= ttl + ttl / 6 + 1


@given(step=st.integers(0, 40_000), moments=st.lists(st.floats(0, 599), min_size=2))
def test_the_list_is_the_same_for_a_while(step: int, moments: list[float]) -> None:
    """A page that is drawn again gives its browser the same list, mostly."""
    lists = [servers(with_turn(UDP), "alice", never, now=step * 600 + moment) for moment in moments]
    assert all(both == lists[0] for both in lists)


def test_who_has_no_name_gets_no_turn_server() -> None:
    """Anybody may open the page: neither our own servers nor a provider's carry what strangers send."""
    assert servers(with_turn(UDP, TLS), None, never) == ([{"urls": ["stun:a", "stun:b"]}], [{"urls": ["stun:a"]}])
    static = with_turn(UDP, turn_secret="", turn_username="me", turn_credential="pass")
    assert servers(static, None, never)[0] == [{"urls": ["stun:a", "stun:b"]}]
    provided = {"urls": ["turns:p:443", UDP], "username": "u", "credential": "c"}
    for found in servers(Settings(stun_urls=()), None, lambda: [{"urls": "stun:p"}, provided]):
        assert found == [{"urls": ["stun:p"]}]


def test_each_person_has_a_user_name() -> None:
    """A TURN server's log and its quota per user tell people apart."""
    alice, bob = (servers(with_turn(UDP), who, never, now=0)[0][1] for who in ("alice", "bob"))
    assert alice["username"] != bob["username"]
    assert alice["credential"] != bob["credential"]


def test_a_provider_with_stun_replaces_ours() -> None:
    """What Twilio gives (with its obsolete `url`) is used as it is; the public STUN server is not asked as well."""
    given_servers = [
        {"url": "stun:p:3478", "urls": "stun:p:3478"},
        {"url": "x", "urls": "turn:p:443?transport=tcp", "username": "u", "credential": "c"},
        {"url": "x", "urls": "turn:p:3478?transport=udp", "username": "u", "credential": "c"},
    ]
    browser, server = servers(Settings(), "alice", lambda: given_servers)
    assert browser[0] == {"urls": ["stun:p:3478"]}
    assert browser[1] == {"urls": ["turn:p:443?transport=tcp"], "username": "u", "credential": "c"}
    assert [entry["urls"][0] for entry in server] == [
        "stun:p:3478",
        "turn:p:3478?transport=udp",
        "turn:p:443?transport=tcp",
    ]


def test_a_provider_without_stun_is_added_to_ours() -> None:
    """TURN alone leaves our STUN servers in use: a direct path is tried first."""
    turn = {"urls": [UDP], "username": "u", "credential": "c"}
    browser, _ = servers(Settings(stun_urls=("stun:a",)), "alice", lambda: [turn])
    assert browser == [{"urls": ["stun:a"]}, turn]


def test_addresses_of_both_kinds_in_one_entry_are_parted() -> None:
    """Cloudflare mixes STUN and TURN in one entry; aiortc still gets one address each."""
    mixed = {"urls": ["stun:c", "stun:d", TCP, UDP], "username": "u", "credential": "c"}
    _, server = servers(Settings(), "alice", lambda: [mixed])
    assert [entry["urls"] for entry in server] == [["stun:c"], [UDP], [TCP]]


def test_a_resolver_that_finds_no_provider_changes_nothing() -> None:
    """streamlit-webrtc falls back on a public STUN server; whoever chose another, or none, keeps that choice."""
    public = {"urls": "stun:stun.l.google.com:19302"}
    assert servers(Settings(stun_urls=()), "alice", lambda: [public]) == ([], [])
    assert servers(Settings(stun_urls=("stun:a",)), "alice", lambda: [public])[0] == [{"urls": ["stun:a"]}]


@pytest.mark.parametrize(
    "error", [ValueError("no token"), OSError("no network"), ImportError("no twilio"), KeyError(1)]
)
def test_a_resolver_that_fails_leaves_stun(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """People on open networks can still call; the log says once, not at every run, why others cannot."""

    def fails() -> Servers:
        raise error

    ice._warn.cache_clear()
    with caplog.at_level(logging.WARNING):
        results = [servers(Settings(stun_urls=("stun:a",)), "alice", fails) for _ in range(3)]
    assert results == [([{"urls": ["stun:a"]}],) * 2] * 3
    assert len(caplog.records) == 1
    assert str(error) in caplog.text

"""To whom a browser can make the server send."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from calls.media.rtc.peers import Peers


@pytest.fixture
def peers() -> Iterator[Peers]:
    yield Peers()
    Peers().deny([])


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",  # the metadata of a cloud, in each way to write it
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "::169.254.169.254",
        "64:ff9b:1::a9fe:a9fe",
        "fec0::1",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.251",
        "255.255.255.255",
        "ff02::fb",
    ],
)
def test_what_is_never_asked(peers: Peers, host: str) -> None:
    """Link-local, metadata, multicast and broadcast addresses: neither as a candidate nor as the sender of a check."""
    assert not peers.may_be_asked(host)
    assert not peers.may_come(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "::127.0.0.1"])
def test_loopback_is_no_candidate(peers: Peers, host: str) -> None:
    """No service of this machine gets a datagram because a browser says so; what comes over loopback is from here."""
    assert not peers.may_be_asked(host)
    assert peers.may_come(host)


@pytest.mark.parametrize("host", ["192.168.1.20", "10.0.0.7", "172.17.0.2", "203.0.113.5", "2001:db8::5", "fd00::2"])
def test_what_is_asked(peers: Peers, host: str) -> None:
    """Public addresses, and those of homes and offices, which have no others."""
    assert peers.may_be_asked(host)


def test_more_is_denied_by_setting(peers: Peers) -> None:
    """Whoever runs the server names networks; named anew, only those."""
    peers.deny([ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")])
    assert [peers.may_be_asked(host) for host in ("10.1.2.3", "2001:db8::5", "192.168.1.20")] == [False, False, True]
    assert not peers.may_come("::ffff:10.1.2.3")
    peers.deny([])
    assert peers.may_be_asked("10.1.2.3")
    assert not peers.may_be_asked("169.254.169.254")


@pytest.mark.parametrize("host", ["", "localhost", "1.2.3", "10.0.0.7/8", "x.local", "1.2.3.4\n"])
def test_what_is_no_address_is_not_asked(peers: Peers, host: str) -> None:
    """Nor does it raise."""
    assert not peers.may_be_asked(host)

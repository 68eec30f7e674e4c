"""A server behind a NAT that forwards one UDP port, as in a cloud or with Docker's `-p`; no STUN server is near."""

from pathlib import Path

from playwright.sync_api import Playwright

from tests.e2e.line import behind
from tests.e2e.nat import Nat
from tests.e2e.person import NAME, launch, leading, visiting
from tests.e2e.server import Server, running

PORT = 40_000


def test_two_people_call_each_other_over_one_forwarded_port(tmp_path: Path, playwright: Playwright) -> None:
    """The server says the address that it was told, and all of both connections of both people goes over one port."""
    with behind(Nat({PORT})) as nat:
        settings = {"PARLEY_PUBLIC_ADDRESS": nat.public, "PARLEY_UDP_PORTS": str(PORT)}
        server = Server(tmp_path, "streamlit", "", settings)
        server.moves(nat.public, nat.inside)
        flags = leading(nat.public)
        with (
            running(server),
            launch(playwright, tmp_path, "red", 440, flags=flags) as one,
            launch(playwright, tmp_path, "green", 880, flags=flags) as other,
            visiting(one, "Alice", "red", 440) as alice,
            visiting(other, "Bob", "green", 880) as bob,
        ):
            alice.meets(bob, f"http://{NAME}:{server.port}/")
            for me, them in ((alice, bob), (bob, alice)):
                me.sees(them)
                me.hears(them)
            assert nat.udp_ports(server.pid) == {PORT}

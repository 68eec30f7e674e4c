"""A computer whose network goes away in a call, and comes back or does not."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.e2e.hosts import HUB, Host, apart
from tests.e2e.person import CHROMIUM, NAME, WITHIN, Person, launch, leading, of_module, visiting
from tests.e2e.server import serving

PATIENT = 3 * WITHIN  # for what waits for a network
# The line to the server works. Picture and sound may be back before it.
IS_THERE = of_module("reach.js", "({ reach }) => !reach.lost")


@pytest.fixture
def far(tmp_path: Path, playwright: Playwright) -> Iterator[tuple[Host, Person, Person]]:
    """Alice and Bob in a call through the server, and the host that Alice sits at, in a network of its own."""
    with ExitStack() as stack:
        host, _ = stack.enter_context(apart())
        server = stack.enter_context(serving(tmp_path))

        def arrive(name: str, colour: str, hertz: int, program: str) -> Person:
            browser = launch(playwright, tmp_path, colour, hertz, flags=leading(HUB), program=program)
            stack.callback(browser.close)
            return stack.enter_context(visiting(browser, name, colour, hertz))

        alice = arrive("Alice", "red", 440, host.browser(tmp_path))
        bob = arrive("Bob", "green", 880, CHROMIUM)
        alice.meets(bob, f"http://{NAME}:{server.port}")
        alice.sees(bob)
        bob.sees(alice)
        yield host, alice, bob


def test_a_network_that_goes_away_comes_back_or_ends_the_call(far: tuple[Host, Person, Person]) -> None:
    """The other is told while it is away. Back in time, both see and hear each other as before, muted if one was, and
    nothing is said of the camera. Away for too long, the call is over at the other's, and who comes back reads why,
    until it is dismissed."""
    host, alice, bob = far
    alice.press("Mute")
    bob.reads("muted")
    host.cut()
    bob.reads("lost the connection. Waiting for them to come back")
    host.mend()
    expect(bob.page.get_by_text("lost the connection")).to_have_count(0, timeout=PATIENT)
    for one, other in ((bob, alice), (alice, bob)):
        one.sees(other, PATIENT)
    alice.hears(bob)
    bob.reads("muted")
    for words in ("did not start", "has the camera off"):
        expect(alice.page.get_by_text(words)).to_have_count(0)
        expect(bob.page.get_by_text(words)).to_have_count(0)
    # A page that has made no promise since it came back is missed only when its session is, after half a minute more.
    alice.until(IS_THERE, within=PATIENT)
    host.cut()
    expect(bob.page.get_by_text("Connection lost")).to_be_visible(timeout=PATIENT)
    host.mend()
    expect(alice.page.get_by_text("The connection was lost for too long")).to_be_visible(timeout=PATIENT)
    alice.press("Dismiss")
    expect(alice.page.get_by_text("The connection was lost for too long")).to_have_count(0, timeout=WITHIN)

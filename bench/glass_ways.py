"""The ways that a picture may go from one browser to another. Each returns what the viewer saw."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, Playwright

from bench.glass_relay import Description, RelayProcess, relaying
from bench.glass_seen import HEIGHT, WIDTH, Seen
from bench.ring import click
from tests.e2e.direct import rests_on_server
from tests.e2e.person import FLAGS, OTHER, WITHIN, Person, launch, visiting
from tests.e2e.server import serving

HERE = Path(__file__).parent
PLAIN_URL = "http://localhost/"  # cameras are for secure pages: HTTPS, or this machine
PLAIN_PAGE = f"<!doctype html><video width={WIDTH} height={HEIGHT} autoplay playsinline></video>"
SETTINGS = {"video_width": str(WIDTH), "video_height": str(HEIGHT), "video_fps": "30"}

# The stage has sound, and so may not play by itself before somebody has clicked there.
BROWSER_FLAGS = (*FLAGS, "--autoplay-policy=no-user-gesture-required")

Browsers = tuple[Browser, Browser]
Way = Callable[[Browsers, float], Seen]


@contextmanager
def browsers(playwright: Playwright) -> Iterator[Browsers]:
    """One for who films the clock, one for who watches it, and sends a small picture of their own."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:

        def start(colour: str, hertz: int) -> Browser:
            browser = launch(playwright, Path(name), colour, hertz, flags=BROWSER_FLAGS)
            stack.callback(browser.close)
            return browser

        yield start("red", 440), start("green", 880)


@contextmanager
def _people(pair: Browsers) -> Iterator[tuple[Person, Person]]:
    """Alice films the clock, and Bob watches."""
    with visiting(pair[0], "Alice", "red", 440) as alice, visiting(pair[1], "Bob", "green", 880) as bob:
        for one in (alice, bob):
            one.page.add_init_script(path=HERE / "glass_page.js")
        alice.page.add_init_script(path=HERE / "glass_camera.js")
        yield alice, bob


def browser_to_browser(pair: Browsers, seconds: float) -> Seen:
    """Nothing between the two: what a server is compared with."""
    with _people(pair) as (alice, bob):
        open_plain(alice, bob)
        answer = ask(bob.page, "answer", ask(alice.page, "offer", "both"))
        ask(alice.page, "accept", ["both", answer])
        return _seen(alice.page, bob.page, None, seconds)


def through_parley(pair: Browsers, seconds: float) -> Seen:
    """A call as two people make it, answered at once: the caller's camera has no head start."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name), **SETTINGS) as server,
        _people(pair) as (alice, bob),
    ):
        alice.enters(server.url)
        bob.enters(server.url)
        alice.calls(bob)
        accepted = click(bob, "Accept")
        return _seen(alice.page, bob.page, OTHER, seconds, accepted)


def direct_by_parley(pair: Browsers, seconds: float) -> Seen:
    """A call that is direct from the ring on, when the server has no part in it any more."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name), **SETTINGS) as server,
        _people(pair) as (alice, bob),
    ):
        alice.enters(server.url)
        bob.enters(server.url)
        alice.page.get_by_text("Prefer direct calls").click()
        alice.calls(bob)
        accepted = click(bob, "Accept")
        for one in (alice, bob):
            one.page.locator(".stage[data-direct]").wait_for()
            rests_on_server(one)
        return _seen(alice.page, bob.page, OTHER, seconds, accepted)


def known_pattern(pair: Browsers, seconds: float) -> Seen:
    """A server that decodes, relays, and encodes for every viewer."""
    with relaying() as relay, _people(pair) as (alice, bob):
        open_plain(alice, bob)
        for one, role, whose in (
            (alice, "send", "Alice"),
            (bob, "send", "Bob"),
            (alice, "receive", "Bob"),
            (bob, "receive", "Alice"),
        ):
            _meet_relay(one.page, relay, role, whose)
        return _seen(alice.page, bob.page, None, seconds)


def open_plain(*people: Person) -> None:
    """Open a page that has nothing but a video."""
    for one in people:
        one.page.route(PLAIN_URL, lambda route: route.fulfill(content_type="text/html", body=PLAIN_PAGE))
        one.opens(PLAIN_URL)


def _meet_relay(page: Page, relay: RelayProcess, role: str, whose: str) -> None:
    offer: Description = ask(page, "offer", role)
    ask(page, "accept", [role, relay.carry(whose, offer)])


def _seen(sender: Page, viewer: Page, video: str | None, seconds: float, since: float = 0.0) -> Seen:
    """What the viewer sees for so many seconds after both are connected, and not before `since`."""
    viewer.wait_for_function("video => glass.receiving(video)", arg=video, timeout=WITHIN)
    viewer.evaluate("video => glass.watch(video)", video)
    sender.wait_for_function("() => glass.sending()", timeout=WITHIN)
    connected = max(
        since,
        float(sender.evaluate("() => glass.sending().connectedAt")),
        float(viewer.evaluate("video => glass.receiving(video).connectedAt", video)),
    )
    psutil.cpu_percent()  # begins to count
    viewer.wait_for_timeout(seconds * 1_000)
    busy = psutil.cpu_percent()
    return Seen(connected, busy, viewer.evaluate("() => [glass.delays, glass.samples, glass.unread.length]"))


def ask(page: Page, function: str, given: object) -> Any:
    """What a function of the page's own end of a call returns, in time."""
    late = f"new Promise((_, fail) => setTimeout(fail, {WITHIN}, new Error('{function}: no answer')))"
    return page.evaluate(f"given => Promise.race([glass.{function}(given), {late}])", given)


WAYS: dict[str, tuple[str, Way]] = {
    "direct": ("browser to browser", browser_to_browser),
    "parley": ("through Parley", through_parley),
    "parley-direct": ("Parley, direct", direct_by_parley),
    "known": ("known pattern (decode, MediaRelay, encode)", known_pattern),
}
"""By the word for the command line: its name in tables, and how to measure it."""

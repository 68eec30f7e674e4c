"""What a person meets when the network, the server or somebody else misbehaves."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.e2e.conftest import Meet
from tests.e2e.person import WITHIN, Person
from tests.e2e.server import Server, serving

# In the frames of the streamers: no connection gets to know the answer to its offer.
NEVER_ANSWERED = """() => {
  if (window === top) return;
  const connection = RTCPeerConnection.prototype, take = connection.setRemoteDescription;
  connection.setRemoteDescription = function (answer) {
    return top.sessionStorage.getItem("never answered") ? new Promise(() => {}) : take.call(this, answer);
  };
}"""
# What Chromium does where all cookies are blocked (chrome://settings/cookies), for the page and what is in it.
STORAGE_BLOCKED = """
for (const name of ["sessionStorage", "localStorage"]) {
  const get = () => { throw new DOMException("blocked", "SecurityError"); };
  Object.defineProperty(window, name, { configurable: true, get });
}
"""
SWITCHES = 10  # there and back, between two tabs: what failed before failed in 16 of 28
# What this tab is known by; another one when it has entered anew.
TOKEN = "() => sessionStorage.getItem('parley.token')"


class Lines:
    """The lines to /signal that a page opens, so that a test can cut them."""

    def __init__(self, page: Page) -> None:
        self.opened: list[WebSocketRoute] = []
        self.closed = False
        """None can be opened any more."""
        page.route_web_socket("**/signal", self._note)

    def _note(self, line: WebSocketRoute) -> None:
        if self.closed:
            line.close(code=1011)
            return
        line.connect_to_server()
        self.opened.append(line)


def test_the_line_comes_back_or_the_page_asks(server: Server, alice: Person, meet: Meet) -> None:
    """After /signal was cut in a call, it is opened again, and what is said and done in the call is there at once.
    Where it cannot be opened, the page says so once and asks for news, and a call rings all the same."""
    bob = meet("Bob", "green", 880)
    lines = Lines(bob.page)
    alice.meets(bob, server.url)
    with bob.page.expect_websocket(timeout=WITHIN):
        lines.opened[-1].close(code=1001, reason="cut by the test")
    alice.sees(bob)
    alice.writes("Still there?")
    bob.reads("Still there?")
    expect(bob.page.get_by_text("this page looks for news")).to_have_count(0)
    alice.hangs_up()
    bob.reads("Call ended")

    lines.closed = True
    lines.opened[-1].close(code=1001, reason="cut by the test")
    bob.reads("this page looks for news every 2 seconds")
    alice.calls(bob)
    bob.rings_for(alice)
    bob.accepts()
    alice.sees(bob)
    bob.sees(alice)


def test_whoever_looks_on_is_told_what_goes_on(server: Server, alice: Person, meet: Meet) -> None:
    """The dashboard needs no name, and counts a room for as long as there is one."""
    alice.enters(server.url)
    carol = meet("Carol", "blue", 660).opens(f"{server.url}dashboard")
    number = carol.page.locator(".live-rooms")
    expect(number).to_have_text(re.compile(r"\d+"), timeout=WITHIN)
    before = int(number.inner_text())
    alice.press("New room")
    expect(number).to_have_text(str(before + 1), timeout=WITHIN)
    alice.hangs_up()
    expect(number).to_have_text(str(before), timeout=WITHIN)
    expect(carol.page.get_by_text("this page looks for news")).to_have_count(0)


def test_without_push_every_page_asks(tmp_path: Path, strangers: tuple[Person, Person]) -> None:
    """A server that is told not to push is asked by every page, and no line is opened. Whatever page it is asked for
    first, it is shown within the app, with the other ones."""
    alice, bob = strangers
    with serving(tmp_path, push="false") as server:
        lines = Lines(bob.page)
        alice.opens(f"{server.url}history")
        expect(alice.page.get_by_role("heading", name="History")).to_be_visible(timeout=WITHIN)
        alice.reads("No calls yet.")
        alice.goes_to("Dashboard")
        expect(alice.page.get_by_role("heading", name="Dashboard")).to_be_visible(timeout=WITHIN)
        bob.enters(server.url)
        expect(alice.page.locator(".live-people")).to_have_text("1", timeout=WITHIN)
        alice.goes_to("Lobby")
        alice.gives_name()
        alice.calls(bob)
        bob.rings_for(alice)
        bob.declines()
        alice.reads("Declined")
        assert not lines.opened


def test_a_restarted_server_brings_both_back_to_the_lobby(tmp_path: Path, strangers: tuple[Person, Person]) -> None:
    """The pages say that it is being restarted, or cannot be reached where it has crashed, until it is back; then both
    are in the lobby under their names, read why, are back in the same call by one press, and can call. Where nobody
    answers, both are told so, each in words of their own."""
    alice, bob = strangers
    with serving(tmp_path, ring_timeout="4") as server:
        alice.meets(bob, server.url)
        alice.sees(bob)
        server.stop()
        for one in (alice, bob):
            expect(one.page.get_by_text("The server is being restarted")).to_be_visible(timeout=WITHIN)
        server.start()
        for one in (alice, bob):
            one.reads(f"Hello, {one.name}")
            expect(one.page.get_by_text("The server is being restarted")).to_be_hidden(timeout=WITHIN)
            one.reads("The connection was lost for too long, or the server was restarted.")
        alice.page.reload()
        alice.reads("The connection was lost for too long, or the server was restarted.")
        _rejoin(alice, bob)
        server.kill()
        for one in (alice, bob):
            expect(one.page.get_by_text("The server cannot be reached")).to_be_visible(timeout=WITHIN)
        server.start()
        _rejoin(alice, bob)
        alice.hangs_up()
        bob.reads("Call ended")
        alice.calls(bob)
        bob.rings_for(alice)
        alice.reads("No answer")
        bob.reads(f"Missed call from {alice.name}")

        # Who only waits has nothing that would ask the server, and no call to be missed in.
        tokens = {one: one.page.evaluate(TOKEN) for one in (alice, bob)}
        server.stop()
        server.start()
        for one, token in tokens.items():
            one.page.wait_for_function(f"token => ({TOKEN})() !== token", arg=token, timeout=WITHIN)
            expect(one.page.get_by_text("The server is being restarted")).to_be_hidden(timeout=WITHIN)
        alice.calls(bob)
        bob.rings_for(alice)


def _rejoin(alice: Person, bob: Person) -> None:
    for one in (alice, bob):
        one.press("Rejoin")
    for one, other in ((alice, bob), (bob, alice)):
        one.is_in_call_with(other)
        one.sees(other)


def test_a_page_that_waits_for_long_offers_a_way(server: Server, strangers: tuple[Person, Person]) -> None:
    """A stage that does not come up says so after 15 s; reloaded, the page tries it anew."""
    alice, bob = strangers
    alice.page.add_init_script(f"({NEVER_ANSWERED})()")
    alice.opens(server.url).page.evaluate("sessionStorage.setItem('never answered', true)")
    alice.meets(bob, server.url)
    expect(alice.page.get_by_text("Connecting takes longer than it should")).to_be_visible(timeout=2 * WITHIN)
    alice.page.evaluate("sessionStorage.removeItem('never answered')")
    alice.press("Reload the page")
    alice.sees(bob)
    expect(alice.page.get_by_text("Connecting takes longer than it should")).to_be_hidden()


def test_a_page_works_whose_storage_is_blocked(server: Server, alice: Person, meet: Meet) -> None:
    """As by a setting of the browser against cookies: one enters, calls and is called, and is nobody after a reload."""
    bob = meet("Bob", "green", 880)
    bob.page.add_init_script(STORAGE_BLOCKED)
    alice.enters(server.url)
    bob.enters(server.url)
    bob.calls(alice)
    alice.accepts()
    alice.sees(bob)
    bob.sees(alice)
    alice.hangs_up()
    bob.is_in_the_lobby()
    bob.page.reload()
    bob.finds(bob.page.get_by_label("Your name"))
    bob.home = None


def test_a_second_tab_takes_the_seat_over(server: Server, alice: Person) -> None:
    """A duplicated tab speaks for the participant; the first one says so and can take the seat back."""
    alice.enters(server.url)
    with alice.page.context.expect_page() as opened:
        alice.page.evaluate("window.open(location.href)")  # a page opened so gets a copy of the sessionStorage
    second = Person(opened.value, alice.name, alice.colour, alice.hertz)
    second.reads(f"Hello, {alice.name}")
    alice.reads("Parley is open in another tab")
    expect(alice.page.locator(".st-key-page-turner")).to_be_hidden(timeout=WITHIN)
    alice.press("Use it here")
    alice.reads(f"Hello, {alice.name}")
    second.reads("Parley is open in another tab")
    second.page.close()


def test_in_a_call_the_seat_goes_from_tab_to_tab(talking: tuple[Person, Person]) -> None:
    """Whichever of two tabs the person uses, they are seen and heard from it as they were from the other, and see."""
    alice, bob = talking
    with alice.page.context.expect_page() as opened:
        alice.page.evaluate("window.open(location.href)")
    second = Person(opened.value, alice.name, alice.colour, alice.hertz)
    alice.reads("Parley is open in another tab")
    for here in [alice, second] * SWITCHES + [alice]:
        here.press("Use it here")
        here.sees(bob)
        bob.sees(alice)
        bob.hears(alice)
        assert not here.page.get_by_text("did not start").is_visible()
    second.page.close()


def test_nonsense_on_the_line_reaches_nobody(server: Server, alice: Person, bob: Person) -> None:
    """Whatever a stranger sends to /signal, the server stays, and the next call rings."""
    alice.enters(server.url)
    bob.enters(server.url)
    origin = Origin(server.url.rstrip("/"))
    nonsense: list[str | bytes] = ["", "{", "[" * 50_000, "null", '{"type": 1}', '{"type": "hello", "token": "x"}']
    nonsense += [b"\x00\xff", "x" * 70_000, '{"type": "' + "y" * 5_000 + '"}', "\N{GRINNING FACE}"]
    for _ in range(5):
        with connect(f"ws://localhost:{server.port}/signal", origin=origin) as line:
            _answers(line, nonsense)
    with connect(f"ws://localhost:{server.port}/signal", origin=origin) as flood, pytest.raises(ConnectionClosed):
        _answers(flood, ["{"] * 1_000)
    alice.calls(bob)
    bob.rings_for(alice)


def _answers(line: ClientConnection, messages: Sequence[str | bytes]) -> None:
    for message in messages:
        line.send(message)
        assert '"error"' in str(line.recv(timeout=5))

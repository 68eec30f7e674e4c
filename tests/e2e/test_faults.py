"""What a person meets when the network, the server or somebody else misbehaves."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.e2e.conftest import Meet
from tests.e2e.person import WITHIN, Person
from tests.e2e.server import Server, serving

CALLS = 20
HISTORY = 3  # files that are open from the first call on
POOLS = 12  # threads that the pools of asyncio and anyio keep for the next one; a connection has three


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has asked for anything yet."""
    with serving(tmp_path, seat_grace="2") as running:
        yield running


def _lines(page: Page) -> list[WebSocketRoute]:
    """The lines to /signal that this page has opened, so that a test can cut them."""
    lines: list[WebSocketRoute] = []

    def note(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    page.route_web_socket("**/signal", note)
    return lines


def test_the_line_comes_back(server: Server, strangers: tuple[Person, Person]) -> None:
    """After /signal was cut, it is opened again, and the next call rings."""
    alice, bob = strangers
    lines = _lines(bob.page)
    alice.enters(server.url)
    bob.enters(server.url)
    while not lines:
        bob.page.wait_for_timeout(50)
    with bob.page.expect_websocket(timeout=WITHIN):
        lines[0].close(code=1001, reason="cut by the test")
    alice.calls(bob)
    bob.rings_for(alice)


def test_without_the_line_a_page_asks(server: Server, strangers: tuple[Person, Person]) -> None:
    """Where /signal cannot be opened the page says so once and asks for news, and a call rings all the same."""
    alice, bob = strangers
    bob.page.route_web_socket("**/signal", lambda line: line.close(code=1011))
    alice.enters(server.url)
    bob.enters(server.url)
    bob.reads("this page looks for news every 2 seconds")
    alice.calls(bob)
    bob.rings_for(alice)
    bob.accepts()
    alice.sees(bob)
    bob.sees(alice)


def test_without_push_every_page_asks(tmp_path: Path, strangers: tuple[Person, Person]) -> None:
    """A server that is told not to push is asked by every page, and no line is opened."""
    alice, bob = strangers
    with serving(tmp_path, push="false") as server:
        lines = _lines(bob.page)
        alice.enters(server.url)
        bob.enters(server.url)
        alice.calls(bob)
        bob.rings_for(alice)
        bob.declines()
        alice.reads("Declined")
        assert not lines


def test_a_page_of_its_own_is_the_first_one_asked_for(own_server: Server, meet: Meet) -> None:
    """A fresh server whose first visitor opens /history shows it within the app, with its other pages."""
    alice = meet("Alice", "red", 440)
    alice.opens(f"{own_server.url}history")
    expect(alice.page.get_by_role("heading", name="History")).to_be_visible(timeout=WITHIN)
    alice.reads("No calls yet.")
    alice.goes_to("Lobby")
    alice.gives_name()


def test_a_restarted_server_brings_both_back_to_the_lobby(own_server: Server, strangers: tuple[Person, Person]) -> None:
    """While it is away the pages say so; when it is back, both are in the lobby under their names, and can call."""
    alice, bob = strangers
    alice.meets(bob, own_server.url)
    alice.sees(bob)
    own_server.stop()
    for one in (alice, bob):
        expect(one.page.get_by_text("The server cannot be reached")).to_be_visible(timeout=WITHIN)
    own_server.start()
    for one in (alice, bob):
        one.reads(f"Hello, {one.name}")
        expect(one.page.get_by_text("The server cannot be reached")).to_be_hidden(timeout=WITHIN)
    alice.calls(bob)
    bob.rings_for(alice)


def test_a_second_tab_takes_the_seat_over(server: Server, meet: Meet) -> None:
    """A duplicated tab speaks for the participant; the first one says so and can take the seat back."""
    alice = meet("Alice", "red", 440)
    alice.enters(server.url)
    with alice.page.context.expect_page() as opened:
        alice.page.evaluate("window.open(location.href)")  # a page opened so gets a copy of the sessionStorage
    second = Person(opened.value, alice.name, alice.colour, alice.hertz)
    second.reads(f"Hello, {alice.name}")
    alice.reads("Parley is open in another tab")
    alice.press("Use it here")
    alice.reads(f"Hello, {alice.name}")
    second.reads("Parley is open in another tab")


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


def test_nothing_is_left_behind(own_server: Server, meet: Meet) -> None:
    """When those who made many calls have gone, threads, sockets and open files are as many as before they came."""
    carol = meet("Carol", "blue", 660).enters(own_server.url)
    alone = _held(own_server)
    alice, bob = meet("Alice", "red", 440), meet("Bob", "green", 880)
    alice.enters(own_server.url)
    bob.enters(own_server.url)
    for _ in range(CALLS):
        _call(alice, bob)
    for one in (alice, bob):
        one.page.close()
    _settles(own_server, carol, alone[0], alone[1] + HISTORY)
    expect(carol.page.get_by_text("Nobody else is here yet")).to_be_visible(timeout=WITHIN)


def _call(alice: Person, bob: Person) -> None:
    alice.calls(bob)
    bob.accepts()
    alice.is_in_call_with(bob)
    bob.is_in_call_with(alice)
    alice.hangs_up()
    for one in (alice, bob):
        one.is_in_the_lobby()


def _held(server: Server) -> tuple[int, int]:
    process = psutil.Process(server.pid)
    # Pools keep their threads for the next one; whatever else runs belongs to a connection.
    return process.num_threads(), process.num_fds()


def _settles(server: Server, somebody: Person, threads: int, files: int) -> None:
    for _ in range(300):
        if _held(server)[1] <= files and _held(server)[0] <= threads + POOLS:
            return
        somebody.page.wait_for_timeout(100)
    raise AssertionError(f"{_held(server)} threads and open files, expected {(threads, files)}")

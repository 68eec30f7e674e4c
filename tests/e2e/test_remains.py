"""What is left of many calls when everybody has gone: those of all these tests, so this file comes last."""

from playwright.sync_api import expect

from tests.e2e.conftest import CAROL, Regulars
from tests.e2e.person import WITHIN, Person
from tests.e2e.server import Server

CALLS = 20
OPEN = 5  # the history has three files open, and the one page that is open has two lines
POOLS = 16  # threads that the pools of asyncio and anyio keep for the next one; a connection has three


def test_nothing_is_left_behind(server: Server, regulars: Regulars) -> None:
    """By 20 calls at least: when those who made them have gone, threads, sockets and files are as many as before
    anybody came."""
    alice, bob = regulars.find("Alice", "red", 440), regulars.find("Bob", "green", 880)
    while server.answered() < CALLS:
        _call(alice, bob, server.url)
    carol = regulars.find(CAROL, "blue", 660).enters(server.url)
    for name in ("Alice", "Bob"):
        regulars.leaves(name)
    expect(carol.page.get_by_text("Nobody else is here yet")).to_be_visible(timeout=WITHIN)
    for _ in range(WITHIN // 100):  # less than the half minute after which a connection that is never closed gives up
        threads, files = (now - then for now, then in zip(server.held(), server.at_rest, strict=True))
        if files <= OPEN and threads <= POOLS:
            return
        carol.page.wait_for_timeout(100)
    raise AssertionError(f"{threads} threads, and {files} sockets and files more than before anybody came")


def _call(alice: Person, bob: Person, url: str) -> None:
    alice.meets(bob, url)
    alice.hangs_up()
    for one in (alice, bob):
        one.is_in_the_lobby()

"""Direct calls: how soon there is a picture, how long a switch of the path takes, and what is left for the server.

python -m bench.direct [rounds] [seconds]
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench import table
from bench.call import cpu
from bench.ring import click, when
from tests.e2e.direct import goes_direct, is_off_direct, rests_on_server, sees_directly
from tests.e2e.person import Person, person
from tests.e2e.server import serving

# Each notes when something was first so, in ms since the epoch: `moved` by a frame that can be seen.
SHOWN = "document.querySelector('.stage[data-direct] .tile:not([data-self]) video')?.readyState >= 2"
HIDDEN = "!document.querySelector('.stage[data-direct]')"
WATCH = """() => {
  window.moved = null;
  const look = () => { if (%s) window.moved = Date.now(); else requestAnimationFrame(look); };
  look();
}"""
OFFERED = "() => window.connections.at(-1)?.remoteDescription?.type === 'offer'"


def answered(alice: Person, bob: Person) -> tuple[float, float]:
    """One call that rings with the offer: ms from `Accept` to the picture, at the callee and at the caller."""
    alice.calls(bob)
    bob.rings_for(alice)
    for one in (alice, bob):
        one.sees_self()
        one.page.evaluate(WATCH % SHOWN)
    bob.page.wait_for_function(OFFERED)
    accepted = click(bob, "Accept")
    pictures = when(bob.page, "moved") - accepted, when(alice.page, "moved") - accepted
    sees_directly(alice, bob)
    sees_directly(bob, alice)
    bob.hangs_up()
    for one in (alice, bob):
        one.reads("Call ended")
    return pictures


def switched(alice: Person, bob: Person, label: str, wanted: str) -> float:
    """Ms from the press of the switch until the last of the two sees the other path."""
    for one in (alice, bob):
        one.page.evaluate(WATCH % wanted)
    switch = alice.page.get_by_role("radio", name=label)
    pressed = float(switch.evaluate("radio => { const now = Date.now(); radio.click(); return now; }"))
    return max(when(one.page, "moved") for one in (alice, bob)) - pressed


def there_and_back(alice: Person, bob: Person) -> tuple[float, float]:
    """One switch to direct and one back, in ms."""
    there = switched(alice, bob, "Direct", SHOWN)
    for one in (alice, bob):
        rests_on_server(one)
    back = switched(alice, bob, "Through server", HIDDEN)
    for one, other in ((alice, bob), (bob, alice)):
        is_off_direct(one)
        one.sees(other)
    return there, back


def main(rounds: int, seconds: float) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with (
            serving(folder) as server,
            person(playwright, folder, "Alice", "red", 440) as alice,
            person(playwright, folder, "Bob", "green", 880) as bob,
        ):
            for one in (alice, bob):
                one.enters(server.url)
            alice.page.get_by_text("Prefer direct calls").click()
            calls = [answered(alice, bob) for _ in range(rounds)]
            alice.page.get_by_text("Prefer direct calls").click()
            idle = cpu(server, alice, seconds)
            alice.calls(bob)
            bob.accepts()
            alice.sees(bob)
            bob.sees(alice)
            switches = [there_and_back(alice, bob) for _ in range(rounds)]
            served = cpu(server, alice, seconds)
            goes_direct(alice, bob)
            direct = cpu(server, alice, seconds)
    callee, caller = zip(*calls, strict=True)
    there, back = zip(*switches, strict=True)
    times = {
        "`Accept` to the direct picture at the callee, offer in the ring": callee,
        "`Accept` to the direct picture at the caller, offer in the ring": caller,
        "`Direct` until both see the direct picture": there,
        "`Through server` until both see the server's picture": back,
    }
    table.show("Direct calls: how soon", "ms", times)
    costs = {"two people and no call": idle, "their call through the server": served, "their call, direct": direct}
    table.show("The server's CPU; pictures of 320×240, 15 a second", "% of a core", costs, digits=2)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(10, 10)[len(given) :])

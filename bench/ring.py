"""How long a call takes to ring, and to show a picture: two Chromium and the server on this machine.

python -m bench.ring [rounds]
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench import table
from tests.e2e.person import OTHER, WITHIN, Person, person
from tests.e2e.server import serving

# Each notes, in the page, when something was first to be seen, in ms since the epoch.
WATCH_BUTTON = """label => {
  window.seen = null;
  const look = () => {
    const button = [...document.querySelectorAll("button")].find((b) => b.textContent.endsWith(label));
    if (button?.getBoundingClientRect().height) window.seen = Date.now(); else requestAnimationFrame(look);
  };
  look();
}"""
WATCH_STAGE = """selector => {
  const video = () => document.querySelector(selector);
  const count = () => video()?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  const before = count();
  window.moved = null;
  const look = () => { if (count() > before + 1) window.moved = Date.now(); else requestAnimationFrame(look); };
  look();
}"""
CLICK = "button => { const now = Date.now(); button.click(); return now; }"


def click(who: Person, label: str) -> float:
    """Press a button; returns when."""
    button = who.button(label)
    button.wait_for()
    return float(button.evaluate(CLICK))


def when(page: Page, name: str) -> float:
    return float(page.wait_for_function(f"() => window.{name}", timeout=WITHIN).json_value())


def call(alice: Person, bob: Person) -> tuple[float, float, float]:
    """One call from start to end: ms to `Accept`, and from it to the picture at the callee and at the caller."""
    bob.page.evaluate(WATCH_BUTTON, "Accept")
    called = click(alice, f"Call {bob.name}")
    rung = when(bob.page, "seen") - called
    for one in (alice, bob):
        one.sees_self()
        one.page.evaluate(WATCH_STAGE, OTHER)
    accepted = click(bob, "Accept")
    pictures = [when(one.page, "moved") - accepted for one in (bob, alice)]
    alice.sees(bob)
    bob.sees(alice)
    bob.hangs_up()
    for one in (alice, bob):
        one.reads("Call ended")
    return rung, pictures[0], pictures[1]


def main(rounds: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with (
            serving(folder) as server,
            person(playwright, folder, "Alice", "red", 440) as alice,
            person(playwright, folder, "Bob", "green", 880) as bob,
        ):
            alice.enters(server.url)
            bob.enters(server.url)
            cold = [call(alice, bob) for _ in range(rounds)]
            for one in (alice, bob):
                one.press("Turn on camera")
                one.sees_self()
            warm = [call(alice, bob) for _ in range(rounds)]
    rows = {}
    for state, calls in (("cameras off before", cold), ("cameras on before", warm)):
        rung, callee, caller = zip(*calls, strict=True)
        rows[f"`Call` to `Accept` visible, {state}"] = rung
        rows[f"`Accept` to moving picture at the callee, {state}"] = callee
        rows[f"`Accept` to moving picture at the caller, {state}"] = caller
    table.show("Ringing and answering", "ms", rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)

"""Screens that are shared: Chromium's false one is 1280 pixels wide and moves, and its sound is the person's tone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.direct import goes_direct, is_off_direct, switches_to
from tests.e2e.person import FRAMES, LOUDEST, WITHIN, Person, of_module

PICTURE = of_module("sharing.js", "({ sharing }) => sharing.picture")


def screen(person: Person) -> str:
    return f'.tile[data-participant="{person.name}"][data-kind="screen"]'


def tile(viewer: Person, sharer: Person) -> Locator:
    return viewer.page.locator(screen(sharer))


def watches(viewer: Person, sharer: Person) -> None:
    """The other's screen is there in all its size, and goes on to show new frames."""
    video = f"{screen(sharer)} video"
    viewer.until("s => document.querySelector(s)?.videoWidth >= 1280", video)
    frames = viewer.page.evaluate(FRAMES, video)
    viewer.until(f"s => ({FRAMES})(s) > {frames + 5}", video)


@pytest.fixture
def sharers(three: list[Person]) -> Iterator[list[Person]]:
    """The three, who share nothing any more afterwards."""
    yield three
    for person in three:
        stop = person.button("Stop sharing")
        if stop.count():
            stop.click()


def test_two_share_their_screens_in_a_room(sharers: list[Person]) -> None:
    """All see and hear both, beside the people; the first is large. A third has to wait, and is told so. Who shares
    knows it on every page, and can end it there."""
    alice, bob, carol = sharers
    alice.press("Share screen")
    alice.reads("You are sharing your screen")
    for viewer in (bob, carol):
        watches(viewer, alice)
        expect(tile(viewer, alice)).to_have_attribute("data-place", "large")
        viewer.sees(alice)
    assert tile(alice, alice).count() == 0
    bob.press("Share screen")
    watches(carol, bob)
    expect(tile(carol, bob)).to_have_attribute("data-place", "strip")
    carol.until(f"async s => Math.abs(await ({LOUDEST})(s) - {bob.hertz}) < 25", f"{screen(bob)} video")
    carol.press("Share screen")
    carol.reads("2 screens are shared already")
    expect(carol.button("Share screen")).to_be_visible()
    alice.goes_to("History")
    alice.reads("You are sharing your screen")
    alice.press("Stop sharing")
    for viewer in (bob, carol):
        expect(tile(viewer, alice)).to_have_count(0, timeout=WITHIN)
    expect(tile(carol, bob)).to_have_attribute("data-place", "large", timeout=WITHIN)
    alice.press("Back to call")
    watches(alice, bob)
    alice.sees(carol)


def test_a_screen_goes_on_when_the_path_changes(talking: tuple[Person, Person]) -> None:
    """From the server to the direct path and back: what is captured is the same, and the other sees it on each."""
    alice, bob = talking
    alice.press("Share screen")
    watches(bob, alice)
    track = alice.page.evaluate_handle(PICTURE)
    goes_direct(alice, bob)
    watches(bob, alice)
    switches_to(bob, "Through server")
    is_off_direct(bob)
    watches(bob, alice)
    assert alice.page.evaluate(f"async (before) => (await ({PICTURE})()) === before", track)
    alice.press("Stop sharing")
    expect(tile(bob, alice)).to_have_count(0, timeout=WITHIN)
    bob.sees(alice)


def test_who_sends_nothing_else_can_share(talking: tuple[Person, Person]) -> None:
    """The connection is there without a camera; and a call that ends ends the sharing."""
    alice, bob = talking
    alice.press("Mute")
    alice.press("Turn off camera")
    alice.press("Share screen")
    watches(bob, alice)
    bob.hangs_up()
    alice.reads("Call ended")
    alice.until(f"async () => (await ({PICTURE})()) === null")

"""Every page in every state, without a mouse, without good eyes, and on a phone."""

import json
from collections.abc import Iterator
from itertools import product

from playwright.sync_api import Page

from tests.e2e.axe import remains
from tests.e2e.conftest import Meet
from tests.e2e.direct import goes_direct
from tests.e2e.person import Person
from tests.e2e.server import Server

SIGHTS = tuple(product(((1280, 800), (390, 844)), ("light", "dark")))
"""A window's size in CSS pixels, and the theme."""

# How far the page can be scrolled to the side, in CSS pixels.
SIDEWAYS = """() => Math.max(...["html", "[data-testid=stMain]"].map((selector) => document.querySelector(selector))
  .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))"""
# Makes a page of the same browser the same tab, as a browser that duplicates one does.
DUPLICATE = "items => items.forEach(([name, value]) => sessionStorage.setItem(name, value))"


def test_everybody_can_use_every_page(server: Server, bob: Person, meet: Meet) -> None:
    """axe-core finds nothing in any state of any page, wide or narrow, light or dark; and no page is wider than its
    window."""
    alice = meet("Alice", "red", 440)
    bob.enters(server.url)
    found: list[str] = []
    for state, page in _states(server, alice, bob):
        for (width, height), theme in SIGHTS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            found += [f"{state}, {width} px, {theme}: {flaw}" for flaw in remains(page)]
            if sideways := page.evaluate(SIDEWAYS):
                found.append(f"{state}, {width} px: {sideways} px wider than the window")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="light")
    assert found == [], "\n".join(found)


def _states(server: Server, alice: Person, bob: Person) -> Iterator[tuple[str, Page]]:
    alice.opens(server.url)
    alice.finds(alice.button("Enter"))
    yield "the lobby of a stranger", alice.page
    alice.gives_name()
    alice.finds(alice.button(f"Call {bob.name}"))
    yield "the lobby", alice.page
    alice.calls(bob)
    bob.rings_for(alice)
    bob.sees_self_in_the_dialog()
    yield "an incoming call", bob.page
    bob.declines()
    alice.reads("Declined")
    yield "a call that has ended", alice.page
    alice.calls(bob)
    bob.rings_for(alice)
    yield "an outgoing call", alice.page
    alice.press("Cancel")
    bob.reads("Missed call from")
    yield "a missed call", bob.page
    alice.calls(bob)
    bob.accepts()
    alice.is_in_call_with(bob)
    bob.writes("Hello")
    alice.reads("Hello")
    yield "the room", alice.page
    yield from _docked(alice)
    goes_direct(alice, bob)
    yield "a direct call", alice.page
    bob.hangs_up()
    bob.reads("Call ended")
    alice.reads("Call ended")
    yield from _invited(alice, bob, server)
    with alice.page.context.new_page() as twin:
        twin.goto(server.url)
        twin.evaluate(DUPLICATE, json.loads(alice.page.evaluate("JSON.stringify(Object.entries(sessionStorage))")))
        twin.reload()
        alice.reads("Parley is open in another tab")
        yield "a tab that was taken over", alice.page


def _docked(alice: Person) -> Iterator[tuple[str, Page]]:
    for page in ("Dashboard", "History"):
        alice.goes_to(page)
        alice.finds(alice.page.get_by_role("heading", name=page))
        yield f"the dock, {page}", alice.page
    alice.press("Back to call")
    alice.reads("In call with")


def _invited(alice: Person, bob: Person, server: Server) -> Iterator[tuple[str, Page]]:
    bob.press("New room")
    bob.reads("Waiting for somebody to join")
    yield "a room alone", bob.page
    bob.page.get_by_role("tab", name="Link").click()
    link = bob.page.get_by_text("?room=")
    yield "a room's link", bob.page
    with alice.page.context.new_page() as guest:
        guest.goto(link.inner_text())
        guest.get_by_role("button", name="Join", exact=False).first.wait_for()
        yield "an invitation", guest
    bob.hangs_up()
    bob.is_in_the_lobby()

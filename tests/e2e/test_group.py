"""Three in a room, at three real browsers."""

from itertools import permutations

from playwright.sync_api import expect

from tests.e2e.person import WITHIN, Person
from tests.e2e.server import Server


def test_everybody_sees_and_hears_everybody(three: list[Person]) -> None:
    """From three on the stage is a grid, and each hears the two others and not the own voice."""
    for person in three:
        person.sees_all(*three)
    for me, one, other in list(permutations(three))[::2]:
        me.hears(one)
        me.hears(other)


def test_the_stage_follows_who_speaks_or_stays_with_whom_it_is_told_to(three: list[Person]) -> None:
    """Speaker shows who is to be heard, with the name; Pin keeps who is seen, or who is chosen, whoever speaks."""
    alice, bob, carol = three
    for person in three:
        person.press("Mute")
    alice.chooses_layout("Speaker")
    bob.press("Unmute")
    alice.sees(bob)
    expect(alice.tile(bob)).to_have_attribute("data-place", "large", timeout=WITHIN)
    bob.press("Mute")
    carol.press("Unmute")
    expect(alice.tile(carol)).to_have_attribute("data-place", "large", timeout=WITHIN)
    alice.sees(carol)
    alice.sees(bob)

    alice.chooses_layout("Pin")
    carol.press("Mute")
    bob.press("Unmute")
    expect(alice.page.get_by_role("listitem").filter(has_text=bob.name)).to_have_attribute("data-kind", "speaks")
    expect(alice.tile(carol)).to_have_attribute("data-place", "large")
    alice.menu("Layout").click()
    alice.page.get_by_label("Pinned person").select_option(label=bob.name)
    alice.page.keyboard.press("Escape")
    expect(alice.tile(bob)).to_have_attribute("data-place", "large", timeout=WITHIN)
    alice.sees(bob)
    alice.chooses_layout("Grid")
    alice.sees_all(*three)
    for person in (alice, carol):
        person.press("Unmute")


def test_what_one_changes_of_a_tile_is_for_oneself(three: list[Person]) -> None:
    """Its volume, down to nothing and up to twice, and whether one hears it at all; the others hear as before."""
    alice, bob, carol = three
    of_bob, menu = f'.tile[data-participant="{bob.name}"] video', alice.menu(f"More for {bob.name}")
    alice.tile(bob).hover()
    menu.click()
    volume = alice.page.get_by_label(f"Volume of {bob.name}")
    volume.fill("0")
    alice.until("s => document.querySelector(s).volume === 0", of_bob)
    volume.fill("200")  # an element cannot: what plays it is a graph of Web Audio, and the element is mute
    alice.until("s => document.querySelector(s).volume === 1 && document.querySelector(s).muted", of_bob)
    volume.fill("100")
    alice.hears(bob)
    alice.press("Mute for me")
    alice.until("s => document.querySelector(s).muted", of_bob)
    alice.press("Unmute for me")
    alice.page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    alice.hears(bob)
    carol.hears(bob)
    alice.chooses_layout("Speaker")
    small = alice.page.locator('.tile[data-place="strip"]:not([data-self])')
    small.hover()
    small.locator("summary").click()
    for label in ("Mute for me", "Unmute for me"):  # all of the menu can be reached there, too
        alice.press(label)
    alice.page.keyboard.press("Escape")
    alice.chooses_layout("Grid")


def test_who_leaves_leaves_the_others_together(server: Server, three: list[Person]) -> None:
    """They go on as two, then one waits, and what he was writing is still there; whoever comes is seen."""
    alice, bob, carol = three
    message = bob.page.get_by_role("textbox", name="Message")
    message.fill("Half a sent")
    alice.hangs_up()
    alice.reads("Call ended")
    bob.is_in_call_with(carol)
    bob.sees(carol)
    carol.hangs_up()
    bob.reads("Waiting for somebody to join")
    expect(message).to_have_value("Half a sent")
    bob.press(f"Invite {alice.name}")
    alice.rings_for(bob)
    alice.accepts()
    alice.is_in_call_with(bob)
    alice.sees(bob)
    bob.sees(alice)
    bob.hears(alice)

"""A call that goes on over a reload, in a browser that plays no sound before the first click.

What a test asks of a page counts as a click there, so the page says by itself how it is, on its console.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.direct import sees_directly, switches_to
from tests.e2e.person import FLAGS, WITHIN, Person
from tests.e2e.server import Server, serving

STRICT = (*FLAGS, "--autoplay-policy=document-user-activation-required")
# A page that has a camera or a microphone may play: there, nothing has to be asked for.
CAPTURES_NOTHING = (*STRICT, "--use-fake-ui-for-media-stream=deny")
SAYS = "HEARING "
# Says five times a second which picture is shown, whether it moves, and whether one can click to hear it.
TELLS = """() => {
  if (window !== top) return;
  let before = 0;
  setInterval(() => {
    const direct = document.querySelector(".stage[data-direct]");
    const video = document.querySelector(".tile:not([data-self]) video");
    const frames = video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
    const button = [...document.querySelectorAll("button")]
      .find(({ textContent, hidden }) => textContent === "Click to hear" && !hidden);
    const { x, y, width, height } = button?.getBoundingClientRect() ?? {};
    const on = button && document.elementFromPoint(x + width / 2, y + height / 2) === button;
    const path = direct ? "direct" : "stage", moves = frames > before;
    console.log("HEARING " + JSON.stringify({ path, moves, muted: video?.muted, offered: Boolean(on) }));
    before = frames;
  }, 200);
}"""


def finds(person: Person, **state: Any) -> None:
    """The page says that it is so, unasked."""
    person.page.wait_for_event(
        "console",
        lambda said: said.text.startswith(SAYS) and state.items() <= json.loads(said.text.removeprefix(SAYS)).items(),
        timeout=3 * WITHIN,  # a page may be loading
    )


@pytest.fixture(params=[CAPTURES_NOTHING])
def strict(request: pytest.FixtureRequest, tmp_path: Path, meet: Meet) -> Iterator[tuple[Server, Person, Person]]:
    """Alice, whose browser wants a click before a sound, in a call with Bob; and their server."""
    with serving(tmp_path) as server:
        alice, bob = meet("Alice", "red", 440, flags=request.param), meet("Bob", "green", 880)
        alice.page.add_init_script(f"({TELLS})()")
        alice.meets(bob, server.url)
        alice.sees(bob)
        yield server, alice, bob


def test_a_reloaded_call_is_seen_at_once_and_heard_after_a_click(strict: tuple[Server, Person, Person]) -> None:
    """On either path the picture moves without its sound, under a button that can be reached, on the page of the room
    and in the dock; pressed with the mouse or by a key, it gives way to the sound."""
    server, alice, bob = strict
    silently: dict[str, Any] = {"moves": True, "muted": True, "offered": True}
    alice.page.reload()
    finds(alice, path="stage", **silently)
    alice.page.goto(f"{server.url}history")
    finds(alice, path="stage", **silently)
    button = alice.page.get_by_role("button", name="Click to hear", exact=True)
    button.click(timeout=WITHIN)
    finds(alice, path="stage", moves=True, muted=False, offered=False)
    alice.hears(bob)

    alice.goes_to("Room")
    switches_to(alice, "Direct")
    sees_directly(alice, bob)
    alice.page.reload()
    finds(alice, path="direct", **silently)
    button.focus()
    alice.page.keyboard.press("Enter")
    finds(alice, path="direct", moves=True, muted=False, offered=False)
    expect(button).to_have_count(0)


@pytest.mark.parametrize("strict", [STRICT], indirect=True)
def test_who_is_captured_hears_at_once(strict: tuple[Server, Person, Person]) -> None:
    """With a camera and a microphone on, a reloaded page plays without a click."""
    _, alice, _ = strict
    alice.page.reload()
    finds(alice, path="stage", moves=True, muted=False, offered=False)

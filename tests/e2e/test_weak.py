"""A viewer whose line is too weak for what the others are sent."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.e2e.line import Line, behind_a_line
from tests.e2e.person import CHROMIUM, NAME, WITHIN, Person, launch, leading, visiting
from tests.e2e.server import serving

WEAK = 250_000  # bits per second; the sounds of two others take more than a third of it
LARGE, SMALL = 320, 80  # pixels
# Bytes and frames of somebody's picture that have come, and how wide it is.
GETS = """async (name) => {
  const videos = [...document.querySelectorAll(".tile video")];
  const video = videos.find((each) => each.closest(".tile").dataset.participant === name);
  const track = video?.srcObject?.getVideoTracks()[0];
  const { last } = document.querySelector(".st-key-stage iframe").contentWindow.RTCPeerConnection;
  const stats = [...(await last.getStats()).values()];
  const found = stats.find(({ type, trackIdentifier }) => type === "inbound-rtp" && trackIdentifier === track?.id);
  return [found?.bytesReceived ?? 0, found?.framesDecoded ?? 0, video?.videoWidth ?? 0];
}"""


def is_wide(viewer: Person, sender: Person, width: int, within: float = WITHIN) -> None:
    """The viewer's picture of the other has so many pixels across."""
    viewer.until(f"async (name) => (await ({GETS})(name))[2] === {width}", sender.name, within)


def per_frame(viewer: Person, sender: Person, frames: int = 60) -> float:
    """Bytes of each frame that comes next."""
    before = viewer.page.evaluate(GETS, sender.name)
    viewer.until(f"async (name) => (await ({GETS})(name))[1] > {before[1] + frames}", sender.name)
    after = viewer.page.evaluate(GETS, sender.name)
    return float(after[0] - before[0]) / float(after[1] - before[1])


@pytest.fixture
def far(tmp_path: Path, playwright: Playwright) -> Iterator[tuple[Line, Person, Person, Person]]:
    """Alice, of whom there is much to see, Bob, and Carol behind a line, in one room."""
    with ExitStack() as stack:
        line = stack.enter_context(behind_a_line())
        server = stack.enter_context(serving(tmp_path))

        def arrive(name: str, colour: str, hertz: int, program: str = CHROMIUM, *, lively: bool = False) -> Person:
            flags = leading(line.hub)
            browser = launch(playwright, tmp_path, colour, hertz, flags=flags, program=program, lively=lively)
            stack.callback(browser.close)
            return stack.enter_context(visiting(browser, name, colour, hertz))

        alice, bob = arrive("Alice", "red", 440, lively=True), arrive("Bob", "green", 880)
        carol = arrive("Carol", "blue", 1320, line.browser(tmp_path))
        url = f"http://{NAME}:{server.port}"
        alice.meets(bob, url)
        carol.enters(url)
        alice.press("Invite Carol")
        carol.rings_for(alice)
        carol.accepts()
        carol.sees_all(alice, bob, carol)
        yield line, alice, bob, carol


def test_one_with_a_weak_line_takes_the_small_picture_alone(far: tuple[Line, Person, Person, Person]) -> None:
    """Carol's line falls to 250 kbit/s: she goes on to see and hear all, and Bob gets what he got before. When it is
    free again, she gets the large picture."""
    line, alice, bob, carol = far
    for viewer in (bob, carol):
        is_wide(viewer, alice, LARGE)
    before = per_frame(bob, alice)
    assert 8 * 15 * before > 1.5 * WEAK  # or there was nothing to be weak for
    line.down.rate = WEAK
    is_wide(carol, alice, SMALL, 2 * WITHIN)
    is_wide(bob, alice, LARGE)
    assert per_frame(bob, alice) == pytest.approx(before, rel=0.2)
    is_wide(bob, alice, LARGE)
    carol.sees(alice)
    carol.hears(alice)
    line.down.rate = None
    is_wide(carol, alice, LARGE, 2 * WITHIN)
    carol.sees(alice)

"""Firefox with its settings as they come, in a call with Chromium."""

from pathlib import Path

from playwright.sync_api import Playwright

from tests.e2e.conftest import Meet
from tests.e2e.firefox import enters, firefox
from tests.e2e.person import FRAMES, OTHER, STAGE, Person, visiting
from tests.e2e.server import Server

# How many frames the stage's connection has decoded, whether or not the page may play them.
DECODED = """async selector => {
  const report = await document.querySelector(selector).contentWindow.RTCPeerConnection.last.getStats();
  const streams = [...report.values()].filter(({ type, kind }) => type === "inbound-rtp" && kind === "video");
  return streams.reduce((sum, { framesDecoded }) => sum + (framesDecoded ?? 0), 0);
}"""
# What the stage's connection has told the server of its own addresses.
OFFER = "selector => document.querySelector(selector).contentWindow.RTCPeerConnection.last.localDescription.sdp"


def goes_on(person: Person, count: str, selector: str) -> None:
    """Pictures keep coming. Firefox's fake camera changes its colour, so whose they are cannot be told by it."""
    frames = person.page.evaluate(count, selector)
    person.until(f"async s => await ({count})(s) > {frames + 5}", selector)


def test_firefox_calls_while_it_hides_its_addresses(
    server: Server, playwright: Playwright, meet: Meet, tmp_path: Path
) -> None:
    """Its offer has names of multicast DNS alone, which nobody resolves here, and says that there will be no others. It
    is found by its own checks, and both get each other's pictures."""
    alice = meet("Alice", "red", 440)
    with firefox(playwright, tmp_path) as browser, visiting(browser, "Fay Fox", "grey", 440) as fay:
        enters(fay, server.url)
        alice.enters(server.url)
        alice.calls(fay)
        fay.rings_for(alice)
        fay.accepts()
        alice.is_in_call_with(fay)
        fay.is_in_call_with(alice)
        goes_on(fay, DECODED, STAGE)
        goes_on(alice, FRAMES, OTHER)
        lines = str(fay.page.evaluate(OFFER, STAGE)).splitlines()
        addresses = {line.split()[4] for line in lines if line.startswith("a=candidate:")}
        assert addresses
        assert all(address.endswith(".local") for address in addresses)
        assert "a=end-of-candidates" in lines

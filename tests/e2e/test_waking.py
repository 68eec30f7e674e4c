"""A computer that has slept: what its page had open is dead, and nobody has told it so."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.e2e.line import Line, behind
from tests.e2e.person import CHROMIUM, LOOK_EVERY, NAME, Person, launch, leading, visiting
from tests.e2e.server import serving

IN_TIME = 6_000  # ms; a page that does not look by itself waits so long for the answer to its next ping
# Chromium without a window freezes no page (Page.setWebLifecycleState does nothing): it is only told that it goes on.
RESUME = "document.dispatchEvent(new Event('resume'))"
ALWAYS_OPEN = ("/signal", "/_stcore/stream")


class Forgetful(Line):
    """A line behind a router that forgets what it has let through so far, as they do with what is silent."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[tuple[int, bytes]] = set()
        self._forgotten: set[tuple[int, bytes]] = set()

    def forget(self) -> None:
        """Nothing of what is open now goes through any more; what is opened from now on does."""
        self._forgotten |= self._known

    @property
    def streams(self) -> int:
        """How many TCP connections the host has open."""
        shown = subprocess.run(
            [*self.inside, "ss", "-Htn", "state", "established"], check=True, capture_output=True, text=True
        )
        return len(shown.stdout.splitlines())

    def translated(self, packet: bytes, *, inward: bool) -> bytes | None:
        """A flow is known by its protocol and its port on the host (RFC 791, section 3.1; RFC 9293, section 3.1)."""
        begin = 4 * (packet[0] & 0x0F)
        flow = packet[9], packet[begin + 2 : begin + 4] if inward else packet[begin : begin + 2]
        self._known.add(flow)
        return None if flow in self._forgotten else packet


def test_a_ring_while_the_computer_wakes_is_on_the_screen(tmp_path: Path, playwright: Playwright) -> None:
    """Its connections have died without a word. The page looks as soon as it goes on, and a call that began meanwhile
    is there while it still rings; answered, both see each other."""
    with ExitStack() as stack:
        line = stack.enter_context(behind(Forgetful()))
        server = stack.enter_context(serving(tmp_path))

        def arrive(name: str, colour: str, hertz: int, program: str) -> Person:
            browser = launch(playwright, tmp_path, colour, hertz, flags=leading(line.hub), program=program)
            stack.callback(browser.close)
            person = stack.enter_context(visiting(browser, name, colour, hertz))
            return person.enters(f"http://{NAME}:{server.port}")

        alice = arrive("Alice", "red", 440, line.browser(tmp_path))
        bob = arrive("Bob", "green", 880, CHROMIUM)
        bob.finds(bob.button(f"Call {alice.name}"))
        while line.streams > len(ALWAYS_OPEN):  # the server closes the others after five seconds
            alice.page.wait_for_timeout(LOOK_EVERY)
        line.forget()
        bob.calls(alice)
        bob.finds(bob.dialog("Outgoing call"))
        alice.page.evaluate(RESUME)
        expect(alice.dialog("Incoming call")).to_be_visible(timeout=IN_TIME)
        alice.accepts()
        alice.sees(bob)
        bob.sees(alice)

"""Who is here, as data: drawn by the browser, however many there are and however it comes by them."""

import json
from pathlib import Path

from playwright.sync_api import WebSocketRoute, expect

from tests.e2e.axe import remains
from tests.e2e.conftest import Meet
from tests.e2e.person import LOOK_EVERY, WITHIN, Person
from tests.e2e.server import ROOT, Server, serving

MANY = 1_000
# As a runner runs Parley that knows nothing of st.App: there is no /signal, and no route of the modules.
WITHOUT_ROUTES = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from components import runner
runner.adapt()
from components import frame
frame.show()
"""


class Crowd:
    """People who are told of on a page's line as if they were here."""

    def __init__(self, person: Person) -> None:
        self._page = person.page
        self._line: WebSocketRoute | None = None
        self._version = 1_000_000
        person.page.route_web_socket("**/signal", self._join)

    def _join(self, line: WebSocketRoute) -> None:
        self._line, upstream = line, line.connect_to_server()
        upstream.on_message(self._pass_on)

    def _pass_on(self, message: str | bytes) -> None:
        assert self._line is not None
        if json.loads(message)["type"] != "people":
            self._line.send(message)

    def comes(self, people: dict[str, str], *, anew: bool = False) -> None:
        """These, by their ids and their status; all there are where it begins `anew`."""
        since, self._version = None if anew else self._version, self._version + 1
        here = {who: {"name": f"Guest {who}", "status": status, "connected": True} for who, status in people.items()}
        told = {"type": "people", "version": self._version, "since": since, "here": here, "gone": []}
        for _ in range(WITHIN // LOOK_EVERY):
            if self._line is not None:
                break
            self._page.wait_for_timeout(LOOK_EVERY)
        assert self._line is not None
        self._line.send(json.dumps(told))


def test_a_thousand_people_can_be_looked_through(server: Server, meet: Meet) -> None:
    """Those in a call come last; a name is found by typing a part of it; who changes moves, and the focus with them;
    and what cannot be done is said."""
    alice = meet("Alice", "red", 440)
    crowd = Crowd(alice)
    alice.enters(server.url)
    crowd.comes({str(number): "IN_CALL" if number < 10 else "IDLE" for number in range(MANY)}, anew=True)
    rows = alice.page.get_by_role("list", name="People online").get_by_role("listitem")
    expect(rows).to_have_count(MANY, timeout=WITHIN)
    expect(rows.first).to_contain_text("Guest 10")
    expect(rows.last).to_contain_text("Guest 9")
    assert remains(alice.page) == []

    alice.page.get_by_role("searchbox", name="Search people").fill("est 77")
    expect(rows).to_have_count(11)
    alice.page.keyboard.press("Tab")
    button = alice.button("Call Guest 77")
    expect(button).to_be_focused()
    crowd.comes({"77": "IN_CALL"})
    expect(rows.last).to_contain_text("in a call")
    expect(button).to_be_focused()
    alice.page.keyboard.press("Enter")
    alice.reads("This person is not here any more.")
    alice.page.get_by_role("searchbox").fill("Zoe")
    alice.reads("Nobody of that name is here.")


def test_without_our_routes_all_of_it_comes_with_runs(tmp_path: Path, strangers: tuple[Person, Person]) -> None:
    """A runner that knows nothing of st.App serves neither /signal nor the modules: the pages carry them, and ask."""
    alice, bob = strangers
    script = tmp_path / "bare.py"
    script.write_text(WITHOUT_ROUTES)
    (tmp_path / "pages").symlink_to(ROOT / "pages")
    with serving(tmp_path, script=script) as server:
        alice.enters(server.url)
        bob.enters(server.url)
        alice.reads("this page looks for news every 2 seconds")
        alice.calls(bob)
        bob.rings_for(alice)
        bob.declines()
        alice.reads("Declined")

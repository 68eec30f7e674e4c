"""Firefox as a browser for a person in a test: the one that is installed, with its settings as they come.

    with firefox(playwright, folder) as browser, visiting(browser, "Fay", "grey", 440) as fay:
        enters(fay, server.url)

Everything that Playwright offers for a page is there (`firefox_bridge` says how). Its camera and its microphone are
Firefox's own fakes: a picture whose colour changes, and a tone.
"""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.e2e.person import Person

ROOT = Path(__file__).resolve().parents[2]
FAKES = {"media.navigator.streams.fake": True, "media.navigator.permission.disabled": True}


@contextmanager
def firefox(playwright: Playwright, folder: Path, **preferences: str | float | bool) -> Iterator[Browser]:
    """A Firefox with these preferences (about:config, with `.` for `__`) beside the fakes, until it is left."""
    program = folder / "firefox"
    bridge = f"{shlex.quote(sys.executable)} -m tests.e2e.firefox_bridge"
    program.write_text(f'#!/bin/sh\ncd {shlex.quote(str(ROOT))} && exec {bridge} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    given = {name.replace("__", "."): value for name, value in preferences.items()}
    browser = playwright.firefox.launch(
        executable_path=program, channel="moz-firefox", firefox_user_prefs=FAKES | given, timeout=120_000
    )
    try:
        yield browser
    finally:
        browser.close()


def enters(person: Person, url: str) -> None:
    """Open the lobby and enter, key by key: what Playwright puts into a field at once, Firefox's page does not hear."""
    person.opens(url)
    person.page.get_by_label("Your name").press_sequentially(person.name)
    person.press("Enter")
    person.is_in_the_lobby()
    person.home = url

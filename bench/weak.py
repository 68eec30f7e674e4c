"""A viewer behind a bad line: what comes through the server, and what comes from browser to browser.

    python -m bench.weak [scenario ...]

Two Chromium on this machine, one of them behind a line of tests/e2e/line.py: 640 by 480 at 30 frames per second, with
sound. Scenarios are `falls`, `begins`, `long` and `lossy`; all of them, one after the other, when none is named. Needs
root, for network namespaces.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright, sync_playwright

from bench import table
from bench.glass_ways import BROWSER_FLAGS, HERE, ask, open_plain
from bench.relay_engine import Setup
from tests.e2e.line import Line, behind_a_line
from tests.e2e.person import CHROMIUM, WITHIN, Person, launch, visiting

BITRATE = 1_500_000
WEAK = 150_000  # bits per second
SECONDS = 40  # each way is looked at for so long
SPANS = ((0, 10), (10, 20), (20, 40))  # seconds since the line has been as it is to be

# What has come so far; nothing of a kind that has not begun to come.
LOOK = """async () => {
  const connection = glass.receiving();
  if (!connection) return { state: "none" };
  const seen = { state: connection.connectionState, video: {}, audio: {} };
  for (const one of (await connection.getStats()).values()) if (one.type === "inbound-rtp") seen[one.kind] = one;
  return seen;
}"""
# How many packets this page's camera has sent, and how many of them again.
SENT = """async () => {
  const senders = (one) => one.senders ? Object.values(one.senders) : one.getSenders();
  const camera = (one) => senders(one).some(({ track }) => track?.kind === "video");
  const stats = [...(await glass.connections.find(camera).getStats()).values()];
  const sent = stats.find(({ type, kind }) => type === "outbound-rtp" && kind === "video");
  return [sent.packetsSent, sent.retransmittedPacketsSent];
}"""


@dataclass(frozen=True)
class Look:
    """What a viewer has had at one moment, since the beginning."""

    bytes: int
    frames: int
    packets: int
    resent: int
    samples: int
    concealed: int
    up: bool
    """Whether the connection is."""

    @classmethod
    def at(cls, page: Page) -> "Look":
        """What it is now."""
        seen: dict[str, Any] = page.evaluate(LOOK)
        video, audio = seen.get("video", {}), seen.get("audio", {})
        return cls(
            video.get("bytesReceived", 0),
            video.get("framesDecoded", 0),
            video.get("packetsReceived", 0),
            video.get("retransmittedPacketsReceived", 0),
            audio.get("totalSamplesReceived", 0),
            audio.get("concealedSamples", 0),
            seen["state"] == "connected",
        )


@dataclass(frozen=True)
class Scenario:
    """What the line is like, before and since it is looked at, and at whose side it is."""

    name: str
    worsens: Callable[[Line], None]
    before: bool = False
    """Whether it is so before they connect."""


def weak(line: Line) -> None:
    """Downwards, as much as a picture of a hand's width and sound need."""
    line.down.rate = WEAK


def long(line: Line) -> None:
    """Round trips of 150 ms, on which packets overtake each other."""
    for way in (line.down, line.up):
        way.delay, way.jitter = 0.075, 0.03


def lossy(line: Line) -> None:
    """One packet in twenty is lost, on round trips of 60 ms."""
    for way in (line.down, line.up):
        way.delay, way.loss = 0.03, 0.05


SCENARIOS = {
    "falls": Scenario("the viewer's line falls to 150 kbit/s", weak),
    "begins": Scenario("a call that begins on a line of 150 kbit/s", weak, before=True),
    "long": Scenario("round trips of 150 ms, each packet up to 30 ms earlier or later", long),
    "lossy": Scenario("5 % lost each way, round trips of 60 ms", lossy),
}


@contextmanager
def _pages(playwright: Playwright, line: Line) -> Iterator[tuple[Page, Page]]:
    """Alice films, and Bob watches, behind the line."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:

        def person(who: str, colour: str, hertz: int, program: str) -> Person:
            browser = launch(playwright, Path(name), colour, hertz, flags=BROWSER_FLAGS, program=program)
            stack.callback(browser.close)
            somebody = stack.enter_context(visiting(browser, who, colour, hertz))
            somebody.page.add_init_script(path=HERE / "glass_page.js")
            return somebody

        alice, bob = person("Alice", "red", 440, CHROMIUM), person("Bob", "green", 880, line.browser(Path(name)))
        alice.page.add_init_script(path=HERE / "glass_camera.js")
        open_plain(alice, bob)
        yield alice.page, bob.page


def browser_to_browser(alice: Page, bob: Page) -> None:
    """Nothing between the two but the line."""
    ask(alice, "accept", ["both", ask(bob, "answer", ask(alice, "offer", "both"))])


@contextmanager
def _engine() -> Iterator[Callable[..., dict[str, str]]]:
    """Parley's engine, in a process of its own: what it is asked for, it answers."""
    setup = Setup("parley", BITRATE).dumps()
    command = [sys.executable, "-m", "bench.relay_servers", setup]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout

        def request(**fields: Any) -> dict[str, str]:
            print(json.dumps(fields), file=asked, flush=True)
            answer: dict[str, str] = json.loads(answers.readline())
            return answer

        request(do="start")
        yield request


def through_parley(alice: Page, bob: Page, engine: Callable[..., dict[str, str]]) -> None:
    """Each sends to the engine, and is sent what to watch."""
    for role, do in (("send", "send"), ("receive", "watch")):
        for page, who in ((alice, "alice"), (bob, "bob")):
            answer = engine(do=do, room="room", who=who, **ask(page, "offer", role))
            ask(page, "accept", [role, answer])


def measure(playwright: Playwright, scenario: Scenario, *, direct: bool) -> tuple[list[Look], float]:
    """What the viewer had each second, and how much of what the sender sent was sent again."""
    with behind_a_line() as line, _pages(playwright, line) as (alice, bob), ExitStack() as stack:
        if scenario.before:
            scenario.worsens(line)
        if direct:
            browser_to_browser(alice, bob)
        else:
            through_parley(alice, bob, stack.enter_context(_engine()))
        bob.wait_for_function("() => glass.receiving()", timeout=WITHIN)
        if not scenario.before:
            bob.wait_for_timeout(8_000)
            scenario.worsens(line)
        looks = [Look.at(bob)]
        for _ in range(SECONDS):
            bob.wait_for_timeout(1_000)
            looks.append(Look.at(bob))
        sent, again = alice.evaluate(SENT)
        return looks, 100 * again / sent


def row(name: str, looks: Sequence[Look], again: float) -> str:
    """Of a table: what came in each span, and how much of everything was sent again."""
    cells = [name]
    for begin, end in SPANS:
        first, last = looks[begin], looks[end]
        if last.up:
            concealed = (last.concealed - first.concealed) / max(last.samples - first.samples, 1)
            cells += [f"{(last.frames - first.frames) / (end - begin):.1f}", f"{100 * concealed:.0f}"]
        else:
            cells += ["lost", ""]
    first, last = looks[0], looks[-1]
    cells.append(f"{100 * (last.resent - first.resent) / max(last.packets - first.packets, 1):.0f}")
    cells.append(f"{8 * (last.bytes - first.bytes) / 1_000 / SECONDS:.0f}")
    cells.append(f"{again:.0f}")
    return f"| {' | '.join(cells)} |"


def main(words: list[str]) -> None:
    """Print the tables."""
    print(f"\n{table.machine()}")
    heads = [f"{begin} to {end} s: frames/s | sound concealed, %" for begin, end in SPANS]
    head = " | ".join(["", *heads, "resent of what came, %", "picture, kbit/s", "resent by the camera's browser, %"])
    with sync_playwright() as playwright:
        for word in words:
            print(f"\n### {SCENARIOS[word].name}\n\n| {head} |\n|---|" + "---:|" * 9)
            for name, direct in (("browser to browser", True), ("through Parley", False)):
                looks, again = measure(playwright, SCENARIOS[word], direct=direct)
                print(row(name, looks, again), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(SCENARIOS))

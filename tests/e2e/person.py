"""A person at a browser, as a handful of verbs. Each has a colour before the camera and a tone at the microphone."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from tests.e2e import fakes

CHROMIUM = os.environ.get("PARLEY_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
WITHIN = 20_000  # ms; two cores are shared with two browsers, so be patient before calling it a failure

# The mean colour of the lower half of a video, where only the colour is; null while it plays nothing.
COLOUR = """selector => {
  const video = document.querySelector(selector)?.contentDocument?.querySelector("video");
  if (!video || !video.videoWidth || video.paused) return null;
  const canvas = new OffscreenCanvas(32, 24), context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 32, 24);
  const { data } = context.getImageData(4, 14, 24, 8);
  const sums = [0, 0, 0];
  data.forEach((value, i) => { if (i % 4 < 3) sums[i % 4] += value; });
  return sums.map(sum => sum / (data.length / 4));
}"""
FRAMES = """selector => document.querySelector(selector)?.contentDocument?.querySelector("video")
  ?.getVideoPlaybackQuality().totalVideoFrames ?? 0"""
# The loudest frequency in a stage's sound, in hertz; 0 while it is silent.
LOUDEST = """async selector => {
  const stream = document.querySelector(selector)?.contentDocument?.querySelector("video")?.srcObject;
  if (!stream || !stream.getAudioTracks().length) return 0;
  window.listener ??= {};
  const listener = window.listener;
  if (listener.stream !== stream) {
    listener.context = new AudioContext();
    listener.analyser = listener.context.createAnalyser();
    listener.analyser.fftSize = 8192;
    listener.context.createMediaStreamSource(stream).connect(listener.analyser);
    listener.stream = stream;
  }
  const bins = new Uint8Array(listener.analyser.frequencyBinCount);
  listener.analyser.getByteFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins));
  return bins[loudest] < 60 ? 0 : loudest * listener.context.sampleRate / listener.analyser.fftSize;
}"""
STAGE, PREVIEW = ".st-key-stage iframe", ".st-key-preview iframe"


class Person:
    """Somebody who uses Parley."""

    def __init__(self, page: Page, name: str, colour: str, hertz: int) -> None:
        self.page, self.name, self.colour, self.hertz = page, name, colour, hertz

    # What a person does

    def opens(self, url: str) -> "Person":
        self.page.goto(url)
        return self

    def enters(self, url: str | None = None) -> "Person":
        """Open the lobby and enter under one's name."""
        if url:
            self.opens(url)
        self.page.get_by_label("Your name").fill(self.name)
        self.press("Enter")
        expect(self.page.get_by_role("heading", name="People online")).to_be_visible(timeout=WITHIN)
        return self

    def press(self, label: str) -> None:
        self.button(label).click(timeout=WITHIN)

    def calls(self, other: "Person") -> None:
        self.press(f"Call {other.name}")

    def accepts(self) -> None:
        self.press("Accept")

    def declines(self) -> None:
        self.press("Decline")

    def hangs_up(self) -> None:
        self.press("Hang up")

    def goes_to(self, page: str) -> None:
        self.page.get_by_test_id("stTopNavLink").filter(has_text=page).click()

    def writes(self, text: str) -> None:
        field = self.page.get_by_label("Message")
        field.fill(text)
        field.press("Enter")

    # What a person finds

    def button(self, label: str) -> Locator:
        """A button by its label; the name of an icon may stand before it, and a joiner after a colon."""
        label = re.escape(label).replace(":", ":\u2060?")
        return self.page.get_by_role("button", name=re.compile(rf"(^|\s){label}$"))

    def dialog(self, title: str) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    def reads(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=WITHIN)

    def rings_for(self, other: "Person") -> None:
        """The dialog of an incoming call says who calls."""
        expect(self.dialog("Incoming call")).to_contain_text(f"{other.name} is calling", timeout=WITHIN)

    def is_in_call_with(self, other: "Person") -> None:
        expect(self.page.get_by_text(f"In call with {other.name}")).to_be_visible(timeout=WITHIN)

    def sees(self, other: "Person") -> None:
        """The other's colour is on the stage, and it moves."""
        self.watches(STAGE, other.colour)

    def sees_self(self, colour: str | None = None) -> None:
        self.watches(PREVIEW, colour or self.colour)

    def watches(self, selector: str, colour: str) -> None:
        """A video has this colour, and goes on to show new frames."""
        self.page.wait_for_function(_is_colour(colour), arg=selector, timeout=WITHIN)
        frames = self.page.evaluate(FRAMES, selector)
        self.page.wait_for_function(f"s => ({FRAMES})(s) > {frames + 5}", arg=selector, timeout=WITHIN)

    def hears(self, other: "Person") -> None:
        """The loudest tone on the stage is the other's, and so not one's own."""
        self.page.wait_for_function(
            f"async s => Math.abs(await ({LOUDEST})(s) - {other.hertz}) < 25", arg=STAGE, timeout=WITHIN
        )

    def stage_is_empty(self) -> bool:
        """Nothing has been shown on the stage."""
        return bool(self.page.evaluate(FRAMES, STAGE) == 0)


def _is_colour(colour: str) -> str:
    wanted = list(fakes.COLOURS[colour])
    return f"s => {{ const c = ({COLOUR})(s); return c && {wanted}.every((v, i) => Math.abs(v - c[i]) < 45); }}"


@contextmanager
def person(
    playwright: Playwright, folder: Path, name: str, colour: str, hertz: int, *, flags: tuple[str, ...] = ()
) -> Iterator[Person]:
    """A person with a browser of their own: Chromium has one fake camera for all of its tabs."""
    folder.mkdir(parents=True, exist_ok=True)
    film, sound = fakes.film(folder / f"{colour}.y4m", colour), fakes.tone(folder / f"{hertz}.wav", hertz)
    devices = [f"--use-file-for-fake-video-capture={film}", f"--use-file-for-fake-audio-capture={sound}"]
    browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *devices, *flags])
    try:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        yield Person(page, name, colour, hertz)
    finally:
        browser.close()

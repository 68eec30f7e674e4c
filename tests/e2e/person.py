"""A person at a browser, as a handful of verbs. Each has a colour before the camera and a tone at the microphone."""

import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
from playwright.sync_api import Browser, Error, Locator, Page, Playwright, expect

from components.modules import VERSION
from tests.e2e import fakes

PROGRAMS = ("chromium-headless-shell", "chromium")
CHROMIUM = os.environ.get("PARLEY_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), "chromium")
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
    "--disable-features=WebRtcHideLocalIpsWithMdns,WebUIOmniboxPopup",
]
NAME = "parley.localhost"
"""A host that a browser may be told to look for elsewhere. A page of a name below localhost gets a camera without HTTPS
(W3C, Secure Contexts, section 3.1)."""
LOOK_EVERY = 50  # ms
WITHIN = 20_000  # ms; two cores are shared with two browsers, so be patient before calling it a failure


def of_module(name: str, function: str) -> str:
    """A script for the page: it calls a function of JavaScript with one of our modules, and what it is given itself."""
    address = f'new URL("browser/{VERSION}/{name}", document.baseURI)'
    return f"async (given) => ({function})(await import({address}), given)"


# A video, or the one in a frame.
VIDEO = "((found) => found?.contentDocument?.querySelector('video') ?? found)(document.querySelector(selector))"
# The mean colour of the lower half of a video, where only the colour is; null while it plays nothing.
COLOUR = """selector => {
  const video = VIDEO;
  if (!video || !video.videoWidth || video.paused) return null;
  const canvas = new OffscreenCanvas(32, 24), context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 32, 24);
  const { data } = context.getImageData(4, 14, 24, 8);
  const sums = [0, 0, 0];
  data.forEach((value, i) => { if (i % 4 < 3) sums[i % 4] += value; });
  return sums.map(sum => sum / (data.length / 4));
}""".replace("VIDEO", VIDEO)
FRAMES = "selector => VIDEO?.getVideoPlaybackQuality?.().totalVideoFrames ?? 0".replace("VIDEO", VIDEO)
# The loudest frequency that a video plays, in hertz; 0 while it is silent, or muted.
LOUDEST = """async selector => {
  const video = VIDEO, stream = video?.srcObject;
  if (!stream?.getAudioTracks().length || video.muted || !video.volume) return 0;
  window.listeners ??= new WeakMap();
  if (!window.listeners.has(stream)) {
    const context = Object.assign(new AudioContext(), { isOfTheTest: true }), analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(stream).connect(analyser);
    window.listeners.set(stream, { context, analyser });
  }
  const { context, analyser } = window.listeners.get(stream), bins = new Uint8Array(analyser.frequencyBinCount);
  analyser.getByteFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins));
  return bins[loudest] < 60 ? 0 : loudest * context.sampleRate / analyser.fftSize;
}""".replace("VIDEO", VIDEO)
# Keeps the direct connections and the sounds, which the page itself makes, so that a test can look at them.
SPY = """() => {
  if (window !== top) return;
  window.connections = [];
  window.sounds = [];
  window.AudioContext = class extends AudioContext {
    constructor(...options) { super(...options); window.sounds.push(this); }
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) { super(...options); window.connections.push(this); }
  };
}"""
# Keeps the notifications that the page shows from now on.
NOTE_NOTICES = """() => {
  window.notices = [];
  window.Notification = class extends Notification {
    constructor(title, options) { super(title, options); window.notices.push(this); }
  };
}"""
# As on a phone, whose browser has the class, and throws.
NO_NOTICES = "() => { window.Notification = function () { throw new TypeError('Illegal constructor'); }; }"
# Whether the own preview can be seen just where the dialog leaves a gap for it.
PREVIEW_IS_IN_DIALOG = """selector => {
  const preview = document.querySelector(selector), gap = document.querySelector(".ringing-preview");
  const [one, other] = [preview, gap].map((element) => element.getBoundingClientRect());
  const fits = ["left", "top", "width", "height"].every((edge) => Math.abs(one[edge] - other[edge]) < 2);
  return fits && document.elementFromPoint(one.x + one.width / 2, one.y + one.height / 2) === preview;
}"""
# Whether the dialog says something where the own preview is not.
DIALOG_SPEAKS = """() => {
  const gap = document.querySelector(".ringing-preview"), { x, y, width, height } = gap.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2) === gap;
}"""
# Lays something over the whole page.
COVER = """() => {
  const cover = Object.assign(document.createElement("div"), { style: "position: fixed; inset: 0; z-index: 9999999" });
  document.body.append(cover);
  return cover;
}"""
# Whether one element lies within another one.
IS_WITHIN = """([inner, outer]) => {
  const [one, other] = [inner, outer].map((selector) => document.querySelector(selector).getBoundingClientRect());
  const starts = one.left >= other.left - 1 && one.top >= other.top - 1;
  return one.width > 40 && starts && one.right <= other.right + 1 && one.bottom <= other.bottom + 1;
}"""
STAGE, PREVIEW = ".st-key-stage iframe", ".st-key-preview iframe"
OTHER = ".tile:not([data-self]) video"


class Person:
    """Somebody who uses Parley."""

    def __init__(self, page: Page, name: str, colour: str, hertz: int) -> None:
        self.page, self.name, self.colour, self.hertz = page, name, colour, hertz
        self.home: str | None = None
        """Where this person has entered, and has not left since."""
        self.visited = {""}
        """The servers whose pages this person has opened; what is part of a page, as data, has none."""
        self.errors: list[str] = []
        """What went wrong in these pages without being caught."""

    # What a person does

    def opens(self, url: str) -> "Person":
        if not (self.home and url.startswith(self.home)):  # a link into the place where one is already
            self.home = None
        self.visited.add(urlsplit(url).netloc)
        self.page.goto(url)
        return self

    def enters(self, url: str) -> "Person":
        """Open the lobby and enter under one's name; nothing where one has entered already."""
        if self.home == url:
            return self
        self.opens(url).gives_name()
        self.home = url
        return self

    def gives_name(self) -> None:
        self.page.get_by_label("Your name").fill(self.name)
        self.press("Enter")
        self.is_in_the_lobby()

    def goes_home(self) -> None:
        """Back to the lobby, as if just entered."""
        # The other one may hang up at the same moment, and the button go.
        self.button("Hang up").evaluate_all("buttons => buttons.forEach((button) => button.click())")
        expect(self.button("Hang up")).to_have_count(0, timeout=WITHIN)
        self.goes_to("Lobby")
        self.is_in_the_lobby()
        for button in (self.page.locator(".st-key-dismiss button"), self.button("Clear missed calls")):
            if button.is_visible():
                button.click()
                expect(button).to_have_count(0, timeout=WITHIN)

    def press(self, label: str) -> None:
        self.finds(self.button(label)).click(timeout=WITHIN)

    def calls(self, other: "Person") -> None:
        self.press(f"Call {other.name}")

    def meets(self, other: "Person", url: str) -> None:
        """Both enter, this one calls, and the other one accepts."""
        self.enters(url)
        other.enters(url)
        self.calls(other)
        other.rings_for(self)
        other.accepts()
        self.is_in_call_with(other)
        other.is_in_call_with(self)

    def presses_while_it_is_covered(self, label: str) -> None:
        """Press a button that something else comes to lie over before one has let go."""
        box = self.finds(self.button(label)).bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        cover = self.page.evaluate_handle(COVER)
        self.page.mouse.up()
        cover.evaluate("cover => cover.remove()")

    def accepts(self) -> None:
        self.press("Accept")

    def declines(self) -> None:
        self.press("Decline")

    def hangs_up(self) -> None:
        self.press("Hang up")

    def turns_to(self, width: int, height: int) -> None:
        """Have a window of this size, in CSS pixels."""
        self.page.set_viewport_size({"width": width, "height": height})

    def chooses(self, effect: str) -> None:
        """Add an effect to the own picture."""
        self.page.get_by_role("combobox", name="Effect").click(timeout=WITHIN)
        self.page.get_by_role("option", name=effect, exact=True).click(timeout=WITHIN)
        self.page.keyboard.press("Escape")  # the list stays open for more, and what is behind it cannot be reached

    def chooses_layout(self, name: str) -> None:
        """What the stage shows."""
        self.menu("Layout").click(timeout=WITHIN)
        self.page.get_by_role("radio", name=name).click(timeout=WITHIN)
        self.page.keyboard.press("Escape")

    def goes_to(self, page: str) -> None:
        self.page.get_by_test_id("stTopNavLink").filter(has_text=page).click()

    def writes(self, text: str) -> None:
        field = self.page.get_by_role("textbox", name="Message")
        field.fill(text)
        field.press("Enter")

    # What a person finds

    def button(self, label: str) -> Locator:
        """A button by its label; the name of an icon may stand before it."""
        return self.page.get_by_role("button", name=re.compile(rf"(^|\s){_typed(label)}$"))

    def menu(self, label: str) -> Locator:
        """What opens a menu of the bar or of a tile, by its label."""
        return self.page.locator(f'summary[aria-label="{label}"]')

    def tile(self, other: "Person") -> Locator:
        """Somebody's place on the stage."""
        return self.page.locator(_tile(other))

    def finds(self, locator: Locator) -> Locator:
        """Wait until it can be seen. `expect` looks only twice a second by and by: most of it is there sooner."""
        for _ in range(WITHIN // LOOK_EVERY):
            if locator.is_visible():
                return locator
            self.page.wait_for_timeout(LOOK_EVERY)
        expect(locator).to_be_visible(timeout=LOOK_EVERY)
        return locator

    def until(self, holds: str, about: object = None, within: float = WITHIN) -> None:
        """Wait for what a function says of the page, after so many milliseconds at most. Playwright's own
        `wait_for_function` takes the promise of an async one for true, whatever it promises."""
        end = time.monotonic() + within / 1_000
        while not self._says(holds, about):
            assert time.monotonic() < end, f"This was not so within {within:g} ms, with {about!r}: {holds}"
            self.page.wait_for_timeout(LOOK_EVERY)

    def _says(self, holds: str, about: object) -> bool:
        try:
            return bool(self.page.evaluate(holds, about))
        except Error as error:
            if "context was destroyed" in str(error):
                return False  # another page is being loaded
            raise

    def is_in_the_lobby(self) -> None:
        self.finds(self.page.get_by_role("heading", name="People online"))

    def dialog(self, title: str) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    def reads(self, text: str) -> None:
        self.finds(self.page.get_by_text(re.compile(_typed(text))).first)

    def reads_code(self) -> str:
        """What the QR code of the room's link says to a camera."""
        self.page.get_by_text("QR code").click()
        image = self.page.get_by_test_id("stPopoverBody").get_by_role("img")
        for _ in range(50):  # it opens with a movement
            pixels = cv2.imdecode(np.frombuffer(image.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
            if pixels is not None and (text := cv2.QRCodeDetector().detectAndDecode(pixels)[0]):
                return text
        return ""

    def rings_for(self, other: "Person") -> None:
        """The dialog of an incoming call says who calls."""
        self.finds(self.dialog("Incoming call").filter(has_text=f"{other.name} is calling"))

    def is_in_call_with(self, other: "Person") -> None:
        self.reads(f"In call with {other.name}")

    def is_talking_with(self, *others: "Person") -> bool:
        """Whether the room is on the screen, and these people are in it."""
        title = self.page.get_by_text("In call with")
        for other in others:
            title = title.filter(has_text=re.compile(_typed(other.name)))
        return title.is_visible()

    def sees(self, other: "Person", within: float = WITHIN) -> None:
        """The other's tile has their colour, and it moves."""
        self.watches(f"{_tile(other)} video", other.colour, within)

    def sees_self(self, colour: str | None = None) -> None:
        """In a call on one's own tile, and else in the preview."""
        self.watches(f"{_tile(self)} video, body:not(:has(.parley-call)) {PREVIEW}", colour or self.colour)

    def sees_self_in_the_dialog(self) -> None:
        """While it rings, on whichever page."""
        self.until(PREVIEW_IS_IN_DIALOG, PREVIEW)
        self.sees_self()

    def watches(self, selector: str, colour: str, within: float = WITHIN) -> None:
        """A video has this colour, after so many milliseconds at most, and goes on to show new frames."""
        self.until(_is_colour(colour), selector, within)
        frames = self.page.evaluate(FRAMES, selector)
        self.until(f"s => ({FRAMES})(s) > {frames + 5}", selector)

    def hears(self, other: "Person") -> None:
        """The loudest tone of the other's tile is the other's, and one's own tile makes no sound."""
        self.until(f"async s => Math.abs(await ({LOUDEST})(s) - {other.hertz}) < 25", f"{_tile(other)} video")
        self.until("s => document.querySelector(s)?.muted", f"{_tile(self)} video")

    def sees_all(self, *people: "Person") -> None:
        """Each has a tile with their colour, and all of it is on the stage."""
        for person in people:
            self.sees(person)
            self.until(IS_WITHIN, [_tile(person), ".stage"])

    def sees_a_picture_of(self, width: int, height: int, above: int = 0) -> None:
        """The picture on the stage has these proportions, and is wider than so many pixels."""
        find = "const video = document.querySelector(selector)"
        near = f"Math.abs(video?.videoWidth / video?.videoHeight - {width / height}) < 0.02"
        is_it = f"selector => {{ {find}; return {near} && video.videoWidth > {above}; }}"
        self.until(is_it, OTHER)

    def stage_is_empty(self) -> bool:
        """Nothing has been shown on the stage."""
        return bool(self.page.evaluate(FRAMES, OTHER) == 0)


def _typed(text: str) -> str:
    """A pattern for the text as it was typed; a joiner, which nobody sees, may stand in what would be a link."""
    return re.sub("[:@]|www", "\\g<0>\u2060?", re.escape(text)).replace("/", r"\/")


def _tile(person: Person) -> str:
    return f'.tile[data-participant="{person.name}"]'


def _is_colour(colour: str) -> str:
    wanted = list(fakes.SHOWN[colour])
    return f"s => {{ const c = ({COLOUR})(s); return c && {wanted}.every((v, i) => Math.abs(v - c[i]) < 45); }}"


def leading(address: str) -> list[str]:
    """Flags for a browser that finds NAME at this address."""
    return [*FLAGS, f"--host-resolver-rules=MAP {NAME} {address}"]


def launch(
    playwright: Playwright,
    folder: Path,
    colour: str,
    hertz: int,
    *,
    flags: Sequence[str] = FLAGS,
    program: str = CHROMIUM,
    lively: bool = False,
) -> Browser:
    """A browser with this colour before its camera and this tone at its microphone: Chromium has one fake of each. A
    `lively` picture takes all the bits that it may."""
    film = fakes.film(folder / f"{colour}.y4m", colour, lively=lively)
    sound = fakes.tone(folder / f"{hertz}.wav", hertz)
    devices = [f"--use-file-for-fake-video-capture={film}", f"--use-file-for-fake-audio-capture={sound}"]
    return playwright.chromium.launch(executable_path=program, args=[*flags, *devices])


@contextmanager
def visiting(browser: Browser, name: str, colour: str, hertz: int) -> Iterator[Person]:
    """A person at this browser, who has never been here before. Whatever they do, nothing is asked of any server but
    those whose pages they open: who calls whom is known to these alone."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(f"({SPY})()")
    asked: set[str] = set()
    context.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    person = Person(context.new_page(), name, colour, hertz)
    person.page.on("pageerror", lambda error: person.errors.append(error.stack or error.message))
    try:
        yield person
    finally:
        context.close()
    assert not person.errors, person.errors
    assert asked <= person.visited, asked


@contextmanager
def person(playwright: Playwright, folder: Path, name: str, colour: str, hertz: int) -> Iterator[Person]:
    """A person with a browser of their own."""
    browser = launch(playwright, folder, colour, hertz)
    try:
        with visiting(browser, name, colour, hertz) as somebody:
            yield somebody
    finally:
        browser.close()

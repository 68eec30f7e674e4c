"""A call that rings, as it is on the screen, at the keyboard and in the loudspeaker of whoever is called."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import FLAGS, PREVIEW, WITHIN, Person
from tests.e2e.server import Server

# Notes in each frame that shows the button, from now on, what a press on its middle would hit.
WATCH = """label => {
  window.hit = { frames: 0, others: [] };
  const find = () => [...document.querySelectorAll("button")].find((button) => button.innerText === label);
  const look = () => {
    const { x, y, width, height } = find()?.getBoundingClientRect() ?? {};
    if (width) {
      const element = document.elementFromPoint(x + width / 2, y + height / 2);
      window.hit.frames += 1;
      if (element !== find()) window.hit.others.push(element?.outerHTML.slice(0, 100) ?? "");
    }
    requestAnimationFrame(look);
  };
  look();
}"""
FRAMES = 120
"""How many of them a ring lasts at least: what a run has not drawn yet is faded for a second or two."""

FOCUSED = "() => document.activeElement.closest('[role=dialog]')?.getAttribute('aria-labelledby') === 'ringing-title'"

# Says every tenth of a second whether it rings, where the button is that lets it be heard, how many times the page
# tried to sound, and how loud it ever was. It has to say so by itself: to be asked would be a gesture.
LISTEN = """() => {
  if (window !== top) return;
  const { connect } = AudioNode.prototype, taps = new Set();
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const mix = this.context.mix ??= tap(this.context);
      connect.call(this, mix);
    }
    return connect.call(this, to, ...rest);
  };
  const tap = (context) => {
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    taps.add(analyser);
    return analyser;
  };
  const find = (label) => [...document.querySelectorAll("button")].find(({ innerText }) => innerText === label);
  const { resume } = AudioContext.prototype;
  AudioContext.prototype.resume = function () { tries += 1; return resume.call(this); };
  let loudest = 0, tries = 0;
  setInterval(() => {
    const buffer = new Float32Array(8192);
    for (const analyser of taps) {
      analyser.getFloatTimeDomainData(buffer);
      loudest = Math.max(loudest, ...buffer.map(Math.abs));
    }
    const { x, y, width } = find("Click to hear it ring")?.getBoundingClientRect() ?? {};
    const rings = document.title.endsWith("is calling") ? "rings" : "still";
    console.log(`ear ${rings} ${width ? `asks ${x + 5} ${y + 5}` : "content"} ${tries} ${loudest.toFixed(3)}`);
  }, 100);
}"""
LOUDNESS = re.compile(r"ear .* ([\d.]+)")
# A page that has a camera or a microphone may sound without a gesture.
GESTURE_FIRST = [*FLAGS, "--autoplay-policy=document-user-activation-required", "--use-fake-ui-for-media-stream=deny"]
ONE_RING = 0.25
"""Two frequencies at once, each at 0.12 of full scale."""


def test_nothing_lies_over_a_ring(server: Server, alice: Person, bob: Person) -> None:
    """From its first frame to its last a press on Accept hits Accept, whatever Streamlit fades meanwhile; and the own
    preview is shown in the dialog and back at its place without being loaded anew."""
    alice.enters(server.url)
    bob.enters(server.url)
    bob.page.evaluate(f"document.querySelector('{PREVIEW}').contentWindow.kept = true")
    bob.page.evaluate(WATCH, "Accept")
    alice.calls(bob)
    bob.rings_for(alice)
    bob.sees_self_in_the_dialog()
    bob.page.wait_for_function(f"() => window.hit.frames > {FRAMES}", timeout=WITHIN)
    bob.accepts()
    bob.is_in_call_with(alice)
    assert bob.page.evaluate("window.hit.others") == []
    assert bob.page.evaluate(f"document.querySelector('{PREVIEW}').contentWindow.kept")


def test_a_ring_is_answered_from_the_keyboard(server: Server, alice: Person, bob: Person) -> None:
    """It has the focus, and Escape does what is written in it; then the focus is where it was. Whoever is typing goes
    on typing, and is one press of Tab away from it."""
    alice.enters(server.url)
    bob.enters(server.url)
    leave = bob.button("Leave")
    leave.focus()
    alice.calls(bob)
    bob.rings_for(alice)
    bob.page.wait_for_function(FOCUSED)
    expect(bob.dialog("Incoming call")).to_contain_text("Esc declines")
    bob.page.keyboard.press("Escape")
    alice.reads("Declined")
    expect(leave).to_be_focused(timeout=WITHIN)

    field = bob.page.get_by_label("Room code")
    field.focus()
    bob.page.keyboard.type("abcd-")
    alice.calls(bob)
    bob.rings_for(alice)
    bob.page.keyboard.type("efgh")
    expect(field).to_have_value("abcd-efgh")
    bob.page.keyboard.press("Tab")
    bob.page.wait_for_function(FOCUSED)
    for _ in range(2):
        bob.page.keyboard.press("Tab")
    expect(bob.button("Accept")).to_be_focused()
    bob.page.keyboard.press("Shift+Tab")
    bob.page.keyboard.press("Enter")
    bob.reads("Declined")
    expect(field).to_be_focused(timeout=WITHIN)
    expect(field).to_have_value("abcd-efgh")


def test_a_ring_without_a_gesture_asks_for_one(server: Server, alice: Person, meet: Meet) -> None:
    """After a reload a browser may be silent until it is clicked at: the dialog says so while it is, a click rings, and
    never is it louder than one ring, however many were silent."""
    bob = meet("Bob", "green", 880, flags=GESTURE_FIRST)
    alice.enters(server.url)
    bob.enters(server.url)
    bob.page.add_init_script(f"({LISTEN})()")
    bob.page.reload()

    said: list[str] = []
    bob.page.on("console", lambda line: said.append(line.text))

    def says(pattern: str) -> re.Match[str]:
        """Wait for a line; whatever looks at the page itself would be a gesture."""
        with bob.page.expect_console_message(lambda line: re.match(pattern, line.text) is not None, timeout=WITHIN):
            pass
        return next(filter(None, (re.match(pattern, line) for line in reversed(said))))

    says("ear still")
    alice.calls(bob)
    where = says(r"ear rings asks ([\d.]+) ([\d.]+) 3 0\.000")
    bob.page.mouse.click(float(where[1]), float(where[2]))
    says(r"ear rings content \d+ 0\.[1-9]")
    bob.declines()
    says("ear still")
    assert max(float(heard[1]) for line in said if (heard := LOUDNESS.match(line))) <= ONE_RING

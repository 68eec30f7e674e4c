"""What two people do and find in a direct call: verbs beside those of tests/e2e/person.py."""

from typing import Any

from playwright.sync_api import expect

from tests.e2e import fakes
from tests.e2e.person import STAGE, WITHIN, Person

OTHER = ".parley-direct[data-shown] .direct-other"

# The mean colour of the lower half of the direct picture; null while it is not shown.
COLOUR = """selector => {
  const video = document.querySelector(selector);
  if (!video || !video.videoWidth || video.paused) return null;
  const context = new OffscreenCanvas(32, 24).getContext("2d");
  context.drawImage(video, 0, 0, 32, 24);
  const { data } = context.getImageData(4, 14, 24, 8);
  const sums = [0, 0, 0];
  data.forEach((value, i) => { if (i % 4 < 3) sums[i % 4] += value; });
  return sums.map(sum => sum / (data.length / 4));
}"""
FRAMES = "selector => document.querySelector(selector)?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
LOUDEST = """async selector => {
  const video = document.querySelector(selector);
  if (!video || video.muted) return 0;
  window.ear ??= {};
  if (window.ear.stream !== video.srcObject) {
    window.ear.context?.close();
    const context = new AudioContext(), analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(video.srcObject).connect(analyser);
    window.ear = { stream: video.srcObject, context, analyser };
  }
  const { context, analyser } = window.ear, bins = new Uint8Array(analyser.frequencyBinCount);
  analyser.getByteFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins));
  return bins[loudest] < 60 ? 0 : loudest * context.sampleRate / analyser.fftSize;
}"""
# Whether the streamers of the server's path are at rest in this browser.
RESTS = """() => [".st-key-stage iframe", ".st-key-preview iframe"].every((selector) => {
  const { last } = document.querySelector(selector).contentWindow.RTCPeerConnection;
  return !last || last.connectionState === "closed";
})"""


def switches_to(person: Person, label: str) -> None:
    """Press `Direct` or `Through server`."""
    person.page.get_by_test_id("stButtonGroup").get_by_role("radio", name=label).or_(
        person.page.get_by_test_id("stButtonGroup").get_by_role("button", name=label)
    ).first.click(timeout=WITHIN)


def sees_directly(person: Person, other: Person) -> None:
    """The other's colour is in the direct picture, and it moves."""
    wanted = list(fakes.SHOWN[other.colour])
    is_colour = f"s => {{ const c = ({COLOUR})(s); return c && {wanted}.every((v, i) => Math.abs(v - c[i]) < 45); }}"
    person.until(is_colour, OTHER)
    frames = person.page.evaluate(FRAMES, OTHER)
    person.until(f"s => ({FRAMES})(s) > {frames + 5}", OTHER)


def hears_directly(person: Person, other: Person) -> None:
    """The loudest tone of the direct call is the other's."""
    near = f"async s => Math.abs(await ({LOUDEST})(s) - {other.hertz}) < 25"
    person.until(near, OTHER)


def rests_on_server(person: Person) -> None:
    """This browser has no connection to the server any more."""
    person.until(RESTS)


def is_off_direct(person: Person) -> None:
    """No direct picture is shown, and the stage can be heard."""
    expect(person.page.locator(".parley-direct[data-shown]")).to_have_count(0, timeout=WITHIN)
    heard = f"() => document.querySelector('{STAGE}').contentDocument.querySelector('video')?.muted === false"
    person.until(heard)


def statistics(person: Person) -> list[dict[str, Any]]:
    """getStats of the newest connection that the page has made."""
    found = person.page.evaluate("async () => [...(await window.connections.at(-1).getStats()).values()]")
    return list(found)


def goes_direct(one: Person, other: Person) -> None:
    """One of the two switches, and both see each other."""
    switches_to(one, "Direct")
    sees_directly(one, other)
    sees_directly(other, one)


def connections(person: Person) -> int:
    """How many direct connections the page has made."""
    return int(person.page.evaluate("window.connections.length"))


def relayed(person: Person) -> bool:
    """Whether the connection in use has an end at a TURN server."""
    found = {entry["id"]: entry for entry in statistics(person)}
    transport = next(entry for entry in found.values() if entry["type"] == "transport")
    pair = found[transport["selectedCandidatePairId"]]
    return any(found[pair[f"{end}CandidateId"]]["candidateType"] == "relay" for end in ("local", "remote"))

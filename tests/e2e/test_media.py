"""What a person sends, and what the other one gets of it."""

from playwright.sync_api import Playwright, expect

from tests.e2e.conftest import Meet
from tests.e2e.person import (
    CHROMIUM,
    DIALOG_SPEAKS,
    FLAGS,
    NO_NOTICES,
    OTHER,
    PREVIEW,
    WITHIN,
    Person,
    of_module,
    visiting,
)
from tests.e2e.server import Server

CONNECTED = "s => document.querySelector(s).contentWindow.RTCPeerConnection.last?.connectionState === 'connected'"
LAST = "selector => document.querySelector(selector).contentWindow.RTCPeerConnection.last"
# Chromium's false camera cannot be pulled out: its track ends as if it had been, and there is no other one for a while.
NO_OTHER = """() => {
  const devices = navigator.mediaDevices, get = devices.getUserMedia;
  devices.getUserMedia = () => Promise.reject(new DOMException("Requested device not found", "NotFoundError"));
  window.plugIn = () => {
    devices.getUserMedia = get;
    devices.dispatchEvent(new Event("devicechange"));
  };
}"""
UNPLUG = f"""selector => {{
  const {{ track }} = ({LAST})(selector).senders.camera;
  track.stop();
  track.dispatchEvent(new Event("ended"));
}}"""
CAMERA_IS_WIDE = f"""selector => {{
  const {{ track }} = ({LAST})(selector).senders.camera;
  const {{ width, height }} = track.getSettings();
  return width === 1280 && height === 720;
}}"""
CAMERA_IS_LIVE = of_module("own.js", "({ own }) => own.live('video')")
HAS_MICROPHONE = of_module(
    "frames.js",
    "({ previewSenders }, label) => Object.values(previewSenders() ?? {}).some(({ track }) => track?.label === label)",
)
# Bytes of video that the preview's connection has received.
RETURNED = """async selector => {
  const report = await document.querySelector(selector).contentWindow.RTCPeerConnection.last.getStats();
  const streams = [...report.values()].filter(({ type, kind }) => type === "inbound-rtp" && kind === "video");
  return streams.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0);
}"""
CAMERA_IN_USE = """(() => {
  const devices = navigator.mediaDevices, get = devices?.getUserMedia.bind(devices);
  const inUse = () => Promise.reject(new DOMException("Could not start video source", "NotReadableError"));
  if (devices) devices.getUserMedia = (asked) => asked.video && !top.cameraIsFree ? inUse() : get(asked);
})()"""
NO_GREEN_LIGHT = (*FLAGS, "--use-fake-ui-for-media-stream=deny")
NO_DEVICES = tuple(flag for flag in FLAGS if flag != "--use-fake-device-for-media-stream")


def test_an_effect_changes_what_both_see(talking: tuple[Person, Person]) -> None:
    """Grayscale takes the red out of the own preview and out of the other's stage; None brings it back."""
    alice, bob = talking
    alice.page.get_by_role("tab", name="Effect").click()
    alice.chooses("Grayscale")
    alice.sees_self("grey")
    bob.watches(OTHER, "grey")
    alice.chooses("None")
    bob.sees(alice)


def test_the_other_side_is_told_what_is_off(talking: tuple[Person, Person]) -> None:
    """Muted and camera off are written by the name, and come back off; the black picture is explained."""
    alice, bob = talking
    bob.press("Mute")
    alice.reads("muted")
    bob.press("Unmute")
    expect(alice.page.get_by_text("muted")).to_have_count(0, timeout=WITHIN)
    bob.press("Turn off camera")
    alice.reads(f"{bob.name} has the camera off")
    bob.press("Turn on camera")
    expect(alice.page.get_by_text("has the camera off")).to_have_count(0, timeout=WITHIN)
    alice.sees(bob)


def test_another_device_takes_the_place_of_one_that_goes_away(talking: tuple[Person, Person]) -> None:
    """By itself. Where there is none, both are told, and it goes on when one is there again."""
    alice, bob = talking
    connection = bob.page.evaluate_handle(LAST, PREVIEW)
    bob.page.evaluate(UNPLUG, PREVIEW)
    bob.until(CAMERA_IS_LIVE)
    alice.sees(bob)
    bob.page.evaluate(NO_OTHER)
    bob.page.evaluate(UNPLUG, PREVIEW)
    bob.reads("Your camera stopped by itself")
    alice.reads(f"{bob.name} has the camera off")
    bob.page.evaluate("window.plugIn()")
    expect(alice.page.get_by_text("has the camera off")).to_have_count(0, timeout=WITHIN)
    alice.sees(bob)
    expect(bob.page.get_by_text("Your camera stopped by itself")).to_have_count(0, timeout=WITHIN)
    assert bob.page.evaluate(f"([selector, before]) => ({LAST})(selector) === before", [PREVIEW, connection])


def test_what_is_off_stays_off_over_a_reload(talking: tuple[Person, Person]) -> None:
    """A new connection in the same call sends nothing that its person has switched off; the next call starts anew."""
    alice, bob = talking
    bob.press("Mute")
    bob.press("Turn off camera")
    alice.reads(f"{bob.name} has the camera off")
    bob.page.reload()
    expect(bob.button("Unmute")).to_be_visible(timeout=WITHIN)
    expect(bob.button("Turn on camera")).to_be_visible(timeout=WITHIN)
    bob.page.wait_for_function(CONNECTED, arg=PREVIEW, timeout=WITHIN)
    alice.reads(f"{bob.name} has the camera off")
    bob.hangs_up()
    alice.reads("Call ended")
    bob.reads("Call ended")
    bob.calls(alice)
    alice.accepts()
    expect(bob.button("Mute")).to_be_visible(timeout=WITHIN)
    alice.sees(bob)


def test_the_own_picture_comes_back_only_when_it_is_changed(server: Server, alice: Person) -> None:
    """Without an effect the camera is shown as it is, and the server sends nothing back; with one it does."""
    alice.enters(server.url)
    alice.press("Turn on camera")
    alice.sees_self()
    alice.page.wait_for_function(CONNECTED, arg=PREVIEW, timeout=WITHIN)
    assert alice.page.evaluate(RETURNED, PREVIEW) == 0
    alice.chooses("Grayscale")
    alice.watches(PREVIEW, "grey")
    assert alice.page.evaluate(RETURNED, PREVIEW) > 0
    alice.chooses("None")
    alice.sees_self()
    alice.press("Turn off camera")


def test_a_device_is_chosen_before_a_call(server: Server, alice: Person) -> None:
    """Without another connection; and it is the one that is asked for later, in a call as well."""
    alice.enters(server.url)
    alice.press("Turn on camera")
    alice.sees_self()
    connection = alice.page.evaluate_handle(LAST, PREVIEW)
    alice.page.get_by_text("Devices").click()
    microphones = alice.page.get_by_label("Microphone", exact=True)
    expect(microphones.locator("option")).not_to_have_count(0, timeout=WITHIN)
    labels = microphones.locator("option").all_inner_texts()
    assert labels[-1] != labels[0]
    microphones.select_option(label=labels[-1])
    alice.until(HAS_MICROPHONE, labels[-1])
    assert alice.page.evaluate(f"([selector, before]) => ({LAST})(selector) === before", [PREVIEW, connection])
    alice.page.keyboard.press("Escape")
    alice.press("Turn off camera")
    alice.press("Turn on camera")
    alice.sees_self()
    alice.until(HAS_MICROPHONE, labels[-1])
    alice.press("Turn off camera")


def test_a_camera_that_was_turned_off_before_is_turned_on_in_the_room(server: Server, alice: Person) -> None:
    """By the bar: what the preview had sent in the lobby is over, and so is its connection."""
    alice.enters(server.url)
    alice.press("Turn on camera")
    alice.sees_self()
    alice.press("Turn off camera")
    alice.press("New room")
    alice.reads("Waiting for somebody to join")
    alice.press("Turn on camera")
    alice.sees_self()
    alice.hangs_up()
    alice.is_in_the_lobby()


def test_without_permission_one_still_sees_and_hears(server: Server, alice: Person, meet: Meet) -> None:
    """A refused camera is explained, with what to do; the call goes on in the other direction."""
    bob = meet("Bob", "green", 880, flags=NO_GREEN_LIGHT)
    alice.enters(server.url)
    bob.enters(server.url)
    bob.press("Turn on camera")
    bob.reads("Your browser does not let this page use your camera and microphone.")
    alice.calls(bob)
    bob.rings_for(alice)
    expect(bob.dialog("Incoming call")).to_contain_text("Your browser does not let this page use your camera")
    bob.page.wait_for_function(DIALOG_SPEAKS, timeout=WITHIN)
    bob.accepts()
    bob.sees(alice)
    bob.hears(alice)
    alice.reads("camera off")


def test_who_has_no_picture_can_still_be_heard(server: Server, alice: Person, meet: Meet) -> None:
    """Where another program has the camera, the page says so, and offers the microphone alone, also for after a reload.
    When the camera is free again, it can be turned on in the call. No program can take Chromium's false camera, so its
    error is false, too."""
    bob = meet("Bob", "green", 880)
    bob.page.add_init_script(CAMERA_IN_USE)
    bob.page.add_init_script(f"({NO_NOTICES})()")
    alice.enters(server.url)
    bob.enters(server.url)
    expect(bob.button("Notify me when somebody calls")).to_be_hidden()
    bob.press("Turn on camera")
    bob.reads("in use by another program")
    bob.press("Use microphone only")
    bob.reads("Others will hear you and not see you.")
    alice.calls(bob)
    bob.accepts()
    alice.hears(bob)
    bob.sees(alice)
    alice.reads(f"{bob.name} has the camera off")

    bob.page.reload()
    bob.reads("Others will hear you and not see you.")
    bob.sees(alice)
    alice.hears(bob)
    bob.page.evaluate("window.cameraIsFree = true")
    bob.press("Turn on camera")
    alice.sees(bob)
    alice.hears(bob)


def test_without_any_device_one_still_sees_and_hears(server: Server, alice: Person, meet: Meet) -> None:
    """Somebody whose computer has no camera and no microphone is told so, and joins all the same."""
    bob = meet("Bob", "green", 880, flags=NO_DEVICES)
    alice.enters(server.url)
    bob.enters(server.url)
    bob.reads("No camera and no microphone was found.")
    expect(bob.button("Turn on camera")).to_be_disabled()
    bob.calls(alice)
    alice.accepts()
    bob.sees(alice)
    bob.hears(alice)


def test_the_picture_grows_in_the_call(playwright: Playwright, server: Server, bob: Person) -> None:
    """A larger picture is chosen while the call goes on, and reaches the other one without a new connection. How
    much of it a browser sends depends on what the way takes, and a busy machine's takes less: the shape tells."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)  # a camera that knows several sizes
    with visiting(browser, "Dora", "", 0) as dora:
        dora.meets(bob, server.url)
        bob.sees_a_picture_of(4, 3, above=319)
        connection = dora.page.evaluate_handle(LAST, PREVIEW)
        dora.page.get_by_role("tab", name="Effect").click()
        dora.page.get_by_role("combobox", name="Video quality").click()
        dora.page.get_by_role("option", name="1280×720").click()
        dora.page.wait_for_function(CAMERA_IS_WIDE, arg=PREVIEW, timeout=WITHIN)
        bob.sees_a_picture_of(16, 9, above=319)
        assert dora.page.evaluate(f"([selector, before]) => ({LAST})(selector) === before", [PREVIEW, connection])
    browser.close()

"""What a browser says of its devices, and the one line that tells a person what to do."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.devices import ERRORS, Devices, advice, parse

SILENT = "You can still join, see and hear, but nobody sees or hears you."
FINE = Devices(cameras=1, microphones=1, camera="granted", microphone="granted")
REPORT = {
    "secure": True,
    "cameras": 2,
    "microphones": 1,
    "camera": "granted",
    "microphone": "denied",
    "error": "NotReadableError",
    "errors": 3,
    "ended": ["video"],
}

values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers())


# Reports


def test_a_report_is_understood() -> None:
    """Every member of what components/browser/devices.js sends has its place."""
    said = Devices(True, 2, 1, "granted", "denied", "NotReadableError", 3, ("video",))  # noqa: FBT003
    assert parse(REPORT) == said


def test_silence_is_taken_to_be_well() -> None:
    """Before the browser has spoken there is nothing to warn of, and both devices may be tried."""
    silent = parse({})
    assert silent == Devices()
    assert (silent.usable, silent.camera_usable, silent.microphone_usable) == (True, True, True)
    assert advice(silent) is None


@given(st.dictionaries(st.sampled_from(sorted(REPORT)) | st.text(max_size=5), values))
def test_any_report_is_understood(report: Mapping[str, object]) -> None:
    """A page is not to be trusted: whatever it sends, there are devices, and advice in one line or none."""
    devices = parse(report)
    assert isinstance(devices.usable, bool)
    assert isinstance(devices.errors, int)
    line = advice(devices)
    assert line is None or line == line.strip()


# What can be used


@pytest.mark.parametrize(
    ("devices", "camera", "microphone"),
    [
        (FINE, True, True),
        (replace(FINE, cameras=0), False, True),
        (replace(FINE, microphones=0), True, False),
        (replace(FINE, camera="denied"), False, True),
        (replace(FINE, microphone="denied"), True, False),
        (replace(FINE, cameras=0, microphone="denied"), False, False),
        (Devices(cameras=0, microphones=0), False, False),
    ],
)
def test_one_device_is_enough(devices: Devices, *, camera: bool, microphone: bool) -> None:
    """A call needs a camera or a microphone that is there and not denied; the other is left out."""
    assert (devices.camera_usable, devices.microphone_usable) == (camera, microphone)
    assert devices.usable == (camera or microphone)


def test_nothing_is_usable_on_an_insecure_page() -> None:
    """Browsers have no cameras for such a page at all."""
    assert not replace(FINE, secure=False).usable


# Advice


def test_there_is_no_advice_when_all_is_well() -> None:
    """Of a page that has a camera and a microphone and may use both."""
    assert advice(FINE) is None


@pytest.mark.parametrize("name", ERRORS)
def test_each_error_has_its_advice(name: str) -> None:
    """What happened and what to do; one can still join without a camera."""
    assert advice(replace(FINE, error=name)) == f"{ERRORS[name]} {SILENT}"


@pytest.mark.parametrize(
    ("ended", "what"), [(["video"], "camera"), (["audio"], "microphone"), (["audio", "video"], "camera and microphone")]
)
def test_what_has_stopped_by_itself_is_told(ended: list[str], what: str) -> None:
    """With what to do; what else a page may write there is passed over."""
    line = advice(parse({"ended": [*ended, "x", 1]}))
    assert line is not None
    assert line.startswith(f"Your {what} stopped by itself")
    assert parse({"ended": "video"}).ended == ()


def test_a_camera_that_is_left_alone_is_not_used() -> None:
    """The microphone is; one is told what others get, and what to do for more."""
    devices = replace(FINE, microphone_only=True)
    assert (devices.camera_usable, devices.microphone_usable, devices.usable) == (False, True, True)
    assert advice(devices) == "Others will hear you and not see you. Turn on the camera when nothing else uses it."


def test_an_error_that_nobody_foresaw_is_named() -> None:
    """The name is what a search engine wants."""
    line = advice(replace(FINE, error="QuantumError"))
    assert line is not None
    assert line.startswith("The camera or microphone did not start (QuantumError). Try again.")


@pytest.mark.parametrize(
    ("camera", "microphone", "what"),
    [
        ("denied", "denied", "your camera and microphone"),
        ("denied", "granted", "your camera."),
        ("granted", "denied", "your microphone."),
        ("denied", "prompt", "your camera."),
    ],
)
def test_a_denial_says_what_was_denied(camera: str, microphone: str, what: str) -> None:
    """And where to allow it again."""
    denied = replace(FINE, camera=camera, microphone=microphone)
    for devices in (denied, replace(denied, error="NotAllowedError")):
        line = advice(devices)
        assert line is not None
        assert f"does not let this page use {what}" in line
        assert "icon left of the address" in line


def test_a_denial_that_the_browser_keeps_to_itself_is_told() -> None:
    """Firefox knows no such permission: only getUserMedia's error tells that the person said no."""
    line = advice(Devices(cameras=1, microphones=1, error="NotAllowedError"))
    assert line is not None
    assert "use your camera and microphone" in line


@pytest.mark.parametrize(
    ("cameras", "microphones", "line"),
    [
        (0, 0, f"No camera and no microphone was found. Connect one and try again. {SILENT}"),
        (0, 1, "No camera was found, so others will hear you and not see you. Connect one and try again."),
        (1, 0, "No microphone was found, so others will see you and not hear you. Connect one and try again."),
    ],
)
def test_a_missing_device_is_named(cameras: int, microphones: int, line: str) -> None:
    """With what it means for the others."""
    assert advice(replace(FINE, cameras=cameras, microphones=microphones)) == line


def test_an_insecure_page_comes_first() -> None:
    """No other advice would help there."""
    line = advice(Devices(secure=False, cameras=0, microphones=0, camera="denied", error="NotFoundError"))
    assert line is not None
    assert line.startswith("Cameras need a secure page")

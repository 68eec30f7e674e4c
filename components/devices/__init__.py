"""What the browser says of its camera and microphone, and what a person can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from components import modules

KEY = "devices"

_component = modules.component("devices", Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class Devices:
    """A browser's camera and microphone. Until the browser has spoken, all is taken to be well."""

    secure: bool = True
    """Browsers give cameras to HTTPS pages and to localhost only (MDN, "Secure contexts")."""
    cameras: int | None = None
    microphones: int | None = None
    camera: str = "prompt"
    """The browser's permission: "granted", "denied" or "prompt" (W3C Permissions)."""
    microphone: str = "prompt"
    error: str | None = None
    """The name of getUserMedia's last error (W3C Media Capture and Streams, section 10.2)."""
    errors: int = 0
    """How many there were so far."""
    ended: tuple[str, ...] = ()
    """What has ended by itself while it was sent, as when it is unplugged: "video", "audio"."""
    microphone_only: bool = False
    """The camera is to be left alone, whatever there is: it does not start, and the microphone would wait for it."""

    @property
    def camera_usable(self) -> bool:
        return not self.microphone_only and self.cameras != 0 and self.camera != "denied"

    @property
    def microphone_usable(self) -> bool:
        return self.microphones != 0 and self.microphone != "denied"

    @property
    def kinds(self) -> tuple[str, ...]:
        """What can be captured: "audio", "video"."""
        usable = {"audio": self.microphone_usable, "video": self.camera_usable}
        return tuple(kind for kind in usable if usable[kind] and self.secure)

    @property
    def usable(self) -> bool:
        """Whether there is anything to send."""
        return bool(self.kinds)


def show(*, microphone_only: bool, here: bool) -> Devices:
    """Draw the (invisible) component and return what it last said, and what the person has chosen. `here` is whether
    this tab speaks for the person: then the component tells the server whether their picture and sound are sent."""
    _component(key=KEY, data={"here": here}, on_report_change=lambda: None)
    return reported(microphone_only=microphone_only)


def reported(*, microphone_only: bool) -> Devices:
    """What the browser last said, and what the person has chosen."""
    report = st.session_state.get(KEY, {}).get("report")
    return replace(parse(report if isinstance(report, Mapping) else {}), microphone_only=microphone_only)


def parse(report: Mapping[str, object]) -> Devices:
    """What a report says; whatever in it is not understood is taken to be well."""
    error, ended = report.get("error"), report.get("ended")
    return Devices(
        secure=report.get("secure") is not False,
        cameras=_count(report.get("cameras")),
        microphones=_count(report.get("microphones")),
        camera=str(report.get("camera", "prompt")),
        microphone=str(report.get("microphone", "prompt")),
        error=error if isinstance(error, str) else None,
        errors=_count(report.get("errors")) or 0,
        ended=tuple(kind for kind in STOPPED if isinstance(ended, list) and kind in ended),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def advice(devices: Devices) -> str | None:
    """What is wrong and what to do, in one line; None when all is well."""
    stay = " You can still join, see and hear" + (", but nobody sees or hears you." if _silent(devices) else ".")
    if not devices.secure:
        return "Cameras need a secure page: open this address with https://, or on localhost." + stay
    if devices.error and devices.error != "NotAllowedError":
        return ERRORS.get(devices.error, f"The camera or microphone did not start ({devices.error}). Try again.") + stay
    if devices.error or "denied" in (devices.camera, devices.microphone):
        return _denied(devices) + stay
    if devices.ended:
        what = " and ".join(STOPPED[kind] for kind in devices.ended)
        return f"Your {what} stopped by itself, as when it is unplugged. Connect one: it goes on by itself."
    if devices.microphone_only:
        return "Others will hear you and not see you. Turn on the camera when nothing else uses it."
    if devices.cameras == 0 and devices.microphones == 0:
        return "No camera and no microphone was found. Connect one and try again." + stay
    return _missing(devices)


def _missing(devices: Devices) -> str | None:
    if devices.cameras == 0:
        return "No camera was found, so others will hear you and not see you. Connect one and try again."
    if devices.microphones == 0:
        return "No microphone was found, so others will see you and not hear you. Connect one and try again."
    return None


def _silent(devices: Devices) -> bool:
    return devices.error is not None or not devices.usable


def _denied(devices: Devices) -> str:
    both = devices.camera == devices.microphone
    what = "camera and microphone" if both else "camera" if devices.camera == "denied" else "microphone"
    return (
        f"Your browser does not let this page use your {what}. "
        "Click the icon left of the address, allow it, and turn the camera on again."
    )


STOPPED = {"video": "camera", "audio": "microphone"}
ERRORS = {
    "NotFoundError": "No camera or microphone was found. Connect one and try again.",
    "NotReadableError": "The camera or microphone is in use by another program. Close that program and try again.",
    "AbortError": "The camera or microphone stopped while it was starting. Try again.",
    "OverconstrainedError": "The chosen camera or microphone is not there any more. Try again.",
    "SecurityError": "This browser's settings forbid cameras and microphones.",
}

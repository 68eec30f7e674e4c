"""What a run shows, decided before anything of it is drawn: a pure function of what is known by then.

`frame.py` draws it. Nothing here asks Streamlit, the registry or the clock.
"""

from dataclasses import dataclass

from calls.rooms import View
from calls.states import Status
from components import devices as said
from components.devices import Devices

ALL_THAT_GOES_ON = ("Dashboard", "History")
"""The pages that show what goes on in all of Parley, or went on."""


@dataclass(frozen=True, slots=True)
class Camera:
    """What is known of the person's wish to be filmed."""

    wanted: bool | None
    """They have turned it on or off; None while it is left to Parley."""
    errors_before: int
    """How many times it had failed when it was last turned on."""
    by_itself: bool
    """It starts in a call, while it rings, and for who is invited by a room's link (`PARLEY_AUTO_PREVIEW`)."""
    invited: bool
    """The page was opened by the link of a room that is open."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be drawn."""

    here: bool
    """This tab speaks for the participant: another one may have taken its place."""
    in_call: bool
    watches: bool
    """The page shows what goes on in all of Parley."""
    waits: bool
    """There is nothing to be seen yet, and the page says so if that takes long."""
    stage: bool
    """The streamer of the stage is to be connected."""
    films: bool
    """Camera and microphone are to be captured, where there are any, whichever way what they give takes."""
    preview: bool
    """The streamer of the preview is to be connected: in a call also for who sends nothing yet."""
    camera_line: str
    """What is to be read while it rings where the own preview is not, or not yet."""
    modes: tuple[str, ...]
    """Where the media are on the page, and whether the camera is off, as frame.css names it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run knows when it begins."""

    view: View | None
    title: str
    """Of the page."""
    devices: Devices
    camera: Camera
    arriving: bool
    """A browser has still to say who this tab was."""
    taken_over: bool
    """Another tab speaks for the participant."""
    connected: bool
    """The preview's connection is up."""
    shows: bool
    """The stage's connection is up."""


def decide(facts: Facts) -> Plan:
    """The plan for a run."""
    status = facts.view.me.status if facts.view else Status.IDLE
    in_call = status is Status.IN_CALL and not facts.taken_over
    live = status is not Status.IDLE  # both streamers are connected while it rings
    rests = facts.view is not None and facts.view.room is not None and facts.view.room.goes_direct
    films = _films(facts, live=live)
    return Plan(
        here=not facts.taken_over,
        in_call=in_call,
        watches=facts.title in ALL_THAT_GOES_ON,
        waits=facts.arriving or (in_call and not rests and not facts.shows),
        stage=live and not rests,
        films=films,
        preview=(films or live) and not rests,
        camera_line=_camera_line(facts),
        modes=_modes(facts, in_call=status is Status.IN_CALL, films=films),
    )


def _films(facts: Facts, *, live: bool) -> bool:
    if facts.devices.errors > facts.camera.errors_before or not facts.devices.usable:
        return False  # it failed: the person is told why, and turns it on again
    if facts.camera.wanted is not None:
        return facts.camera.wanted
    return (live or facts.camera.invited) and facts.camera.by_itself


def _camera_line(facts: Facts) -> str:
    starts = _films(facts, live=True)
    if starts and facts.connected:
        return ""
    return said.advice(facts.devices) or ("Your camera is starting…" if starts else "Your camera is off.")


def _modes(facts: Facts, *, in_call: bool, films: bool) -> tuple[str, ...]:
    if facts.taken_over:
        return ()
    off = () if films else ("off",)
    if not in_call:
        return "lobby" if facts.title == "Lobby" else "plain", *off
    return "call", "room" if facts.title == "Room" else "dock", *off

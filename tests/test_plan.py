"""What a run shows, decided before anything is drawn: a table of what is known and what follows."""

from dataclasses import replace
from typing import Any

import pytest

from calls.paths import DirectState, MediaPath
from calls.registry import Registry
from calls.rooms import Layout
from components.devices import Devices
from components.plan import Camera, Facts, Plan, decide
from tests.people import Person, connect, gather

NOBODY = Facts(
    view=None,
    title="Lobby",
    devices=Devices(),
    camera=Camera(wanted=None, errors_before=0, by_itself=True, invited=False),
    arriving=False,
    taken_over=False,
    connected=False,
    shows=False,
)


def seen_by(person: Person, title: str = "Lobby", **more: Any) -> Facts:
    return replace(NOBODY, view=person.view, title=title, **more)


def modes(facts: Facts) -> set[str]:
    return set(decide(facts).modes)


def test_a_visitor_is_shown_a_page_and_filmed_by_nobody() -> None:
    """Nothing starts by itself."""
    assert decide(NOBODY) == Plan(
        here=True,
        in_call=False,
        watches=False,
        waits=False,
        stage=False,
        films=False,
        preview=False,
        camera_line="Your camera is starting…",  # when it rings
        modes=("lobby", "off"),
    )


def test_both_streamers_are_connected_from_the_ring_on(alice: Person, bob: Person) -> None:
    """So that Accept has only to switch; nothing is waited for before that."""
    alice.calls(bob)
    for person in (alice, bob):
        planned = decide(seen_by(person))
        assert (planned.stage, planned.preview, planned.in_call, planned.waits) == (True, True, False, False)


def test_who_sends_nothing_is_connected_too(alice: Person, bob: Person) -> None:
    """So that a camera that is turned on, or a screen, is there at once; outside of a call there is no need to."""
    off = Camera(wanted=False, errors_before=0, by_itself=True, invited=False)
    assert not decide(seen_by(alice, camera=off)).preview
    connect(alice, bob)
    for nothing in ({"camera": off}, {"devices": Devices(cameras=0, microphones=0)}):
        planned = decide(seen_by(alice, **nothing))
        assert (planned.films, planned.preview, planned.modes) == (False, True, ("call", "dock", "off"))


def test_a_call_waits_for_its_stage(alice: Person, bob: Person) -> None:
    """The page says so where that takes long; nothing is waited for in another tab's call."""
    connect(alice, bob)
    assert decide(seen_by(alice)).waits
    assert not decide(seen_by(alice, shows=True)).waits
    assert not decide(seen_by(alice, taken_over=True)).waits
    assert decide(replace(NOBODY, arriving=True)).waits


def test_a_direct_call_needs_no_connection_to_the_server(registry: Registry, alice: Person, bob: Person) -> None:
    """The person is filmed for it all the same."""
    connect(alice, bob)
    registry.choose_path(alice.id, MediaPath.DIRECT)
    room = alice.view.room
    assert room is not None
    assert room.direct is not None
    assert decide(seen_by(alice)).stage
    for person in (alice, bob):
        registry.report_direct(person.id, room.direct.id, DirectState.UP)
    planned = decide(seen_by(alice))
    assert (planned.stage, planned.preview, planned.films, planned.waits) == (False, False, True, False)


@pytest.mark.parametrize(
    ("camera", "errors", "alone", "ringing"),
    [
        (Camera(wanted=None, errors_before=0, by_itself=True, invited=False), 0, False, True),
        (Camera(wanted=None, errors_before=0, by_itself=True, invited=True), 0, True, True),
        (Camera(wanted=None, errors_before=0, by_itself=False, invited=True), 0, False, False),
        (Camera(wanted=True, errors_before=0, by_itself=False, invited=False), 0, True, True),
        (Camera(wanted=False, errors_before=0, by_itself=True, invited=True), 0, False, False),
        (Camera(wanted=True, errors_before=0, by_itself=True, invited=True), 1, False, False),
        (Camera(wanted=True, errors_before=1, by_itself=True, invited=True), 1, True, True),
    ],
)
def test_when_one_is_filmed(
    alice: Person, bob: Person, camera: Camera, errors: int, *, alone: bool, ringing: bool
) -> None:
    """As the person says; else in a call, while it rings, and for who is invited. A camera that has failed rests until
    it is turned on again."""
    facts = seen_by(alice, camera=camera, devices=Devices(errors=errors))
    assert decide(facts).films is alone
    alice.calls(bob)
    assert decide(replace(facts, view=alice.view)).films is ringing


def test_the_dialog_says_why_there_is_no_picture() -> None:
    """What is wrong comes first; where there is a picture nothing is said."""
    off = Camera(wanted=False, errors_before=0, by_itself=True, invited=False)
    assert decide(replace(NOBODY, connected=True)).camera_line == ""
    assert decide(replace(NOBODY, connected=True, camera=off)).camera_line == "Your camera is off."
    assert decide(replace(NOBODY, camera=off)).camera_line == "Your camera is off."
    assert decide(replace(NOBODY, devices=Devices(cameras=0))).camera_line.startswith("No camera was found")


@pytest.mark.parametrize(("title", "mode"), [("Lobby", "lobby"), ("Room", "plain"), ("History", "plain")])
def test_outside_a_call_the_preview_is_in_the_lobby(alice: Person, title: str, mode: str) -> None:
    """And out of sight elsewhere."""
    assert modes(seen_by(alice, title)) == {mode, "off"}
    on = Camera(wanted=True, errors_before=0, by_itself=True, invited=False)
    assert modes(seen_by(alice, title, camera=on)) == {mode}


def test_in_a_call_the_stage_is_large_in_the_room_and_small_elsewhere(registry: Registry, alice: Person) -> None:
    """Whatever it shows."""
    bob, carol = (Person.enters(registry, name) for name in ("Bob", "Carol"))
    connect(alice, bob)
    assert modes(seen_by(alice, "Room")) == {"room", "call"}
    assert modes(seen_by(alice, "History")) == {"dock", "call"}
    registry.choose_layout(alice.id, Layout.GRID)
    assert modes(seen_by(alice, "Room")) == {"room", "call"}
    alice.puts_down(alice.me.room or "")
    gather(alice, bob, carol)
    assert modes(seen_by(carol, "Room")) == {"room", "call"}
    assert modes(seen_by(carol, "Lobby")) == {"dock", "call"}


def test_who_waits_alone_has_nobody_to_show(alice: Person) -> None:
    """Also where everybody was to be shown."""
    alice.opens_room()
    alice.registry.choose_layout(alice.id, Layout.GRID)
    assert modes(seen_by(alice, "Room")) == {"room", "call"}


def test_in_another_tab_s_call_nothing_is_drawn(alice: Person, bob: Person) -> None:
    """Nor does it ring there."""
    connect(alice, bob)
    planned = decide(seen_by(alice, "Room", taken_over=True))
    assert (planned.here, planned.in_call, planned.modes) == (False, False, ())


@pytest.mark.parametrize(
    ("title", "watches"), [("Dashboard", True), ("History", True), ("Lobby", False), ("Room", False)]
)
def test_two_pages_show_what_goes_on(title: str, *, watches: bool) -> None:
    """To a visitor who is nobody as well."""
    assert decide(replace(NOBODY, title=title)).watches is watches

"""Whom a stage shows: never oneself, and always somebody while somebody is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.media.layout import in_force, shown
from calls.rooms import Layout, Participant, Room, Tile, TileKind

PEOPLE = ("ada", "bob", "carol", "dave")


def room(people: int, speakers: tuple[str, ...] = (), sharers: tuple[str, ...] = ()) -> Room:
    members = PEOPLE[:people]
    tiles = (*map(Tile, members), *(Tile(who, TileKind.SCREEN) for who in sharers))
    return Room("code", 0.0, members=members, tiles=tiles, sharers=sharers, speakers=speakers)


def ada(layout: Layout = Layout.SPEAKER, pinned: str | None = None) -> Participant:
    return Participant("ada", "Ada", 0.0, layout=layout, pinned=Tile(pinned) if pinned else None)


@pytest.mark.parametrize(("people", "grid"), [(1, False), (2, False), (3, True), (4, True)])
def test_without_a_choice_everybody_is_seen_from_three_on(people: int, *, grid: bool) -> None:
    """Two see each other large."""
    assert (in_force(ada(Layout.AUTO), room(people)) is Layout.GRID) is grid


@pytest.mark.parametrize("people", [2, 3])
def test_a_choice_holds_whatever_the_size(people: int) -> None:
    """Of two as of three."""
    for layout in (Layout.GRID, Layout.SPEAKER, Layout.PIN):
        viewer = ada(layout, pinned="bob")
        assert in_force(viewer, room(people)) is layout


@pytest.mark.parametrize(("people", "layout"), [(2, Layout.SPEAKER), (3, Layout.GRID)])
def test_who_has_gone_is_pinned_no_more(people: int, layout: Layout) -> None:
    """It is as if nothing had been chosen; when they come back, they are."""
    assert in_force(ada(Layout.PIN, pinned="dave"), room(people)) is layout
    assert in_force(ada(Layout.PIN, pinned="dave"), room(4)) is Layout.PIN


def test_who_speaks_is_seen() -> None:
    """The last one who did; for the one who speaks, whoever spoke before."""
    assert shown(ada(), room(4, ("carol", "bob"))) == Tile("carol")
    assert shown(ada(), room(4, ("ada", "dave", "bob"))) == Tile("dave")


def test_before_anybody_speaks_the_first_is_seen() -> None:
    """Of the others, in the order they came."""
    assert shown(ada(), room(4)) == Tile("bob")
    assert shown(ada(), room(4, ("ada",))) == Tile("bob")


def test_who_is_pinned_is_seen_whoever_speaks() -> None:
    """As long as the person is there; then it is as without."""
    assert shown(ada(Layout.PIN, "dave"), room(4, ("carol",))) == Tile("dave")
    assert shown(ada(Layout.PIN, "dave"), room(3, ("carol",))) == Tile("carol")


@pytest.mark.parametrize("pinned", ["ada", None, "nobody"])
def test_a_pin_on_nobody_else_is_none(pinned: str | None) -> None:
    """Not on oneself, in particular."""
    assert shown(ada(Layout.PIN, pinned), room(3, ("carol",))) == Tile("carol")


def test_a_pin_that_was_not_chosen_is_none() -> None:
    """It is kept for the next time."""
    assert shown(ada(Layout.SPEAKER, "dave"), room(4, ("carol",))) == Tile("carol")


def test_who_is_alone_sees_nobody() -> None:
    """Neither oneself nor who has gone."""
    assert shown(ada(), room(1, ("ada", "bob"))) is None
    assert shown(ada(Layout.PIN, "bob"), room(1)) is None


def test_a_screen_is_seen_before_who_speaks() -> None:
    """The one that has been shared the longest; one's own is before oneself anyway. With a choice it is as chosen."""
    screen = Tile("carol", TileKind.SCREEN)
    shared = room(4, ("bob",), ("ada", "carol", "dave"))
    assert shown(ada(), shared) == screen
    assert (in_force(ada(Layout.AUTO), shared), in_force(ada(Layout.GRID), shared)) == (Layout.SPEAKER, Layout.GRID)
    assert shown(ada(Layout.PIN, "bob"), shared) == Tile("bob")
    pinned = Participant("ada", "Ada", 0.0, layout=Layout.PIN, pinned=Tile("dave", TileKind.SCREEN))
    assert shown(pinned, shared) == pinned.pinned
    assert shown(ada(), room(4, ("bob",), ("ada",))) == Tile("bob")
    assert in_force(ada(Layout.AUTO), room(4, ("bob",), ("ada",))) is Layout.GRID


@given(
    layout=st.sampled_from(Layout),
    pinned=st.none() | st.sampled_from([*PEOPLE, "gone"]),
    people=st.integers(2, 4),
    speakers=st.permutations([*PEOPLE, "gone"]).map(tuple),
)
def test_it_is_always_somebody_else_who_is_there(
    layout: Layout, pinned: str | None, people: int, speakers: tuple[str, ...]
) -> None:
    """Whatever is chosen, pinned and said."""
    assert shown(ada(layout, pinned), room(people, speakers)) in [*map(Tile, PEOPLE[1:people])]

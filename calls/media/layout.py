"""Whom a stage shows."""

from calls.rooms import Layout, Participant, Room

GRID_FROM = 3  # people


def shows_grid(viewer: Participant, room: Room) -> bool:
    """Whether the viewer sees everybody at once."""
    if viewer.layout is Layout.AUTO:
        return len(room.members) >= GRID_FROM
    return viewer.layout is Layout.GRID


def shown(viewer: Participant, room: Room) -> str | None:
    """The id of the one person that the viewer sees large: never oneself. None while nobody else is there."""
    others = [who for who in room.members if who != viewer.id]
    if viewer.layout is Layout.PIN and viewer.pinned in others:
        return viewer.pinned
    return next((who for who in (*room.speakers, *others) if who in others), None)

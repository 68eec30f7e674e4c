"""What a stage shows large."""

from calls.rooms import Layout, Participant, Room

GRID_FROM = 3  # people


def in_force(viewer: Participant, room: Room) -> Layout:
    """What the viewer has chosen, for as long as that can be: never AUTO, and PIN while that person is there."""
    if viewer.layout in (Layout.SPEAKER, Layout.GRID):
        return viewer.layout
    if viewer.layout is Layout.PIN and viewer.pinned in room.members:
        return Layout.PIN
    return Layout.GRID if len(room.members) >= GRID_FROM else Layout.SPEAKER


def shown(viewer: Participant, room: Room) -> str | None:
    """The id of the one person that the viewer sees large: never oneself. None while nobody else is there."""
    others = [who for who in room.members if who != viewer.id]
    if viewer.layout is Layout.PIN and viewer.pinned in others:
        return viewer.pinned
    return next((who for who in (*room.speakers, *others) if who in others), None)

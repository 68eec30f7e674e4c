"""What a stage shows large."""

from calls.rooms import Layout, Participant, Room, Tile, TileKind

GRID_FROM = 3  # people


def in_force(viewer: Participant, room: Room) -> Layout:
    """What the viewer has chosen, for as long as that can be: never AUTO, and PIN while that tile is there."""
    if viewer.layout in (Layout.SPEAKER, Layout.GRID):
        return viewer.layout
    if viewer.layout is Layout.PIN and viewer.pinned in room.tiles:
        return Layout.PIN
    return Layout.GRID if len(room.members) >= GRID_FROM and not _screens(viewer, room) else Layout.SPEAKER


def shown(viewer: Participant, room: Room) -> Tile | None:
    """The one tile that the viewer sees large, never one's own: the pinned one, the screen that has been shared the
    longest, or who speaks. None while nobody else is there."""
    pinned = viewer.pinned
    if viewer.layout is Layout.PIN and pinned and pinned in room.tiles and pinned.who != viewer.id:
        return pinned
    if screens := _screens(viewer, room):
        return screens[0]
    others = [who for who in room.members if who != viewer.id]
    return next((Tile(who) for who in (*room.speakers, *others) if who in others), None)


def _screens(viewer: Participant, room: Room) -> list[Tile]:
    """Those of the others, first come first."""
    return [Tile(who, TileKind.SCREEN) for who in room.sharers if who != viewer.id]

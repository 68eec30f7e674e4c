"""What is true of a registry at every moment, whoever did what."""

from calls import limits
from calls.paths import MediaPath
from calls.rooms import Participant, Room, Snapshot, Tile, TileKind
from calls.states import Status


def check(snapshot: Snapshot, capacity: int) -> None:
    """AssertionError when people and rooms do not agree."""
    people = {person.id: person for person in snapshot.people}
    rooms = {room.code: room for room in snapshot.rooms}
    assert len(rooms) == len(snapshot.rooms), "two rooms have one code"
    assert len({person.name.casefold() for person in snapshot.people}) == len(people), "two people have one name"
    for person in snapshot.people:
        _check_person(person, rooms)
    for room in snapshot.rooms:
        _check_room(room, people, capacity)


def _check_person(person: Participant, rooms: dict[str, Room]) -> None:
    assert (person.status is Status.IDLE) == (person.room is None), person
    if person.room is not None:
        assert person.id in rooms[person.room].bound, f"{person} points at a room that does not know them"
        assert person.status is _status_in(rooms[person.room], person.id), f"{person} is in another state than the room"


def _status_in(room: Room, who: str) -> Status:
    """What the room makes of somebody whom it binds: who is not in it rings, or is rung."""
    ring = room.ring_of(who)
    if ring is None:
        return Status.IN_CALL
    return Status.INCOMING if ring.callee == who else Status.OUTGOING


def _check_room(room: Room, people: dict[str, Participant], capacity: int) -> None:
    assert 1 <= len(room.bound) <= capacity, room
    assert len(set(room.bound)) == len(room.bound), room
    assert all(people[who].room == room.code for who in room.bound), room
    _check_path(room)
    attended = {person.id for person in room.attended}
    assert set(room.members) <= attended, room
    assert all(invite.ringing and invite.caller in room.members for invite in room.invites), room
    assert (room.started_at is not None) == (len(room.members) > 1), room
    tiles = [*map(Tile, room.members), *(Tile(who, TileKind.SCREEN) for who in room.sharers)]
    assert sorted(filter(None, room.tiles), key=repr) == sorted(tiles, key=repr), room
    assert set(room.sharers) <= set(room.members), f"who shares a screen is not there: {room}"
    assert len(room.sharers) <= limits.SCREENS, room
    assert room.group or len(attended) <= 2, f"three have met, and the room is no group: {room}"
    if room.call and room.ringing:
        assert attended == {room.call.caller, room.call.callee}, room
        assert (room.members, room.invites, room.group) == ((), (), False), room
    else:
        assert room.members, f"nobody is in it: {room}"
        assert room.call is None or len(room.members) > 1, f"a call with one person in it: {room}"


def _check_path(room: Room) -> None:
    direct = room.direct
    assert direct is not None or room.path is MediaPath.SERVER, room
    assert direct is None or set(direct.pair) <= set(room.bound), f"one end of a direct call is not there: {room}"
    assert direct is None or set(direct.up) <= set(direct.pair), room
    assert room.path is MediaPath.SERVER or len(room.members or room.bound) == 2, f"a direct call of many: {room}"

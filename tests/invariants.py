"""What is true of a registry at every moment, whoever did what."""

from calls.rooms import Participant, Room, Snapshot
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


def _check_room(room: Room, people: dict[str, Participant], capacity: int) -> None:
    assert 1 <= len(room.bound) <= capacity, room
    assert len(set(room.bound)) == len(room.bound), room
    assert all(people[who].room == room.code for who in room.bound), room
    assert set(room.bound) <= {person.id for person in room.attended}, room
    statuses = {who: people[who].status for who in room.bound}
    if room.call and room.ringing:
        assert statuses == {room.call.caller: Status.OUTGOING, room.call.callee: Status.INCOMING}, room
        assert not room.members, room
        assert room.started_at is None, room
    else:
        assert set(statuses.values()) == {Status.IN_CALL}, room
        assert (room.started_at is not None) == (len(room.members) > 1), room
        assert room.call is None or len(room.members) > 1, f"a call with one person in it: {room}"

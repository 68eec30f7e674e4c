"""A View as data for the browser, which draws what changes by itself; and what of it is left for a run of the script.

All of it is plain JSON. Times are seconds on the registry's clock: whoever sends them says what time it is there.
"""

import hashlib
from dataclasses import replace
from typing import Any

from calls.limits import CHAT_PAGE
from calls.media.layout import in_force, shown
from calls.rooms import Layout, Message, Participant, Room, Snapshot, View

Payload = dict[str, Any]


def parts(view: View, capacity: int) -> dict[str, Any]:
    """What the browser draws of a view, in parts that change on their own; a room holds `capacity`. docs/protocol.md
    says what is in each."""
    return {
        "me": _me(view),
        "ring": _ring(view),
        "room": _room(view, capacity),
        "unread": view.unread,
        "missed": [{"name": call.name, "at": call.at} for call in view.missed],
    }


def _me(view: View) -> Payload:
    me, room = view.me, room_of(view)
    shares = room is not None and me.id in room.sharers
    return {
        "id": me.id,
        "status": me.status,
        "camera": me.camera,
        "microphone": me.microphone,
        "screen": shares,
        "layers": list(me.layers),
    }


def _ring(view: View) -> Payload | None:
    ring = view.room.ring_of(view.me.id) if view.room else None
    if ring is None:
        return None
    name = view.other.name if view.other else ""
    return {"room": view.me.room, "deadline": ring.deadline, "name": name, "incoming": ring.callee == view.me.id}


def _room(view: View, capacity: int) -> Payload | None:
    room = room_of(view)
    if room is None:
        return None
    large = shown(view.me, room)
    return {
        "code": room.code,
        "since": room.started_at,
        "people": [_person(person) for person in (view.me, *view.others)],
        "invited": [
            {"id": person.id, "name": person.name, "by": invite.caller}
            for person, invite in zip(view.invited, room.invites, strict=True)
        ],
        "most": capacity,
        "full": len(room.bound) >= capacity,
        "speaks": next(iter(room.speakers), None),
        "tiles": [{"id": tile.who, "kind": tile.kind, "slot": slot} for slot, tile in enumerate(room.tiles) if tile],
        "shown": {"id": large.who, "kind": large.kind} if large else None,
        "layout": in_force(view.me, room),
    }


def _person(person: Participant) -> Payload:
    return {
        "id": person.id,
        "name": person.name,
        "camera": person.camera,
        "microphone": person.microphone,
        "connected": person.connected,
    }


def message(parts: dict[str, Any]) -> Payload:
    """Those parts of a view that are new."""
    return {"type": "view", "set": parts}


def page(view: View | None, past: int | None) -> str:
    """Stands for what a run of the script draws of a view, and of the past, which has this version where the page shows
    it. Another one is a reason for a run."""
    if view is None:
        drawn: tuple[object, ...] = (past,)
    else:
        me = replace(view.me, camera=False, microphone=False, layout=Layout.AUTO, pinned=None, small=(), layers=())
        drawn = (past, me, view.epoch, view.ending, _drawn_room(view))
    return hashlib.blake2s(repr(drawn).encode(errors="replace"), digest_size=8).hexdigest()


def _drawn_room(view: View) -> tuple[object, ...] | None:
    """What a run draws of the room: how its media travel."""
    room = view.room
    if room is None:
        return None
    path = room.path, room.path_reason, room.path_by, room.direct
    return room.code, room.ringing, room.is_pair, path


def room_of(view: View) -> Room | None:
    """The room whose chat this person sees."""
    return view.room if view.room and view.me.id in view.room.members else None


def chat(room: Room, begin: int, end: int | None = None) -> Payload:
    """What was said in a room from one message to before another, by their numbers."""
    return {
        "type": "chat",
        "room": room.code,
        "from": begin,
        "messages": [_message(message) for message in room.messages[begin:end]],
    }


def chat_page(room: Room, end: int | None = None) -> Payload:
    """The last messages, or those before this one."""
    last = len(room.messages) if end is None else min(max(end, 0), len(room.messages))
    return chat(room, max(0, last - CHAT_PAGE), last)


def _message(message: Message) -> Payload:
    return {"author": message.author, "name": message.name, "text": message.text, "at": message.at}


def overview(snapshot: Snapshot) -> Payload:
    """What goes on in all of Parley, for whoever looks on. A room's code is no part of it: it lets in who knows it."""
    names = {person.id: person.name for person in snapshot.people}
    rooms = {room.code: room for room in snapshot.rooms}

    def company(person: Participant) -> list[str]:
        room = rooms.get(person.room or "")
        return [names[who] for who in (room.company(person.id) if room else ())]

    return {
        "type": "live",
        "people": [
            {
                "name": person.name,
                "status": person.status,
                "connected": person.connected,
                "since": person.since,
                "company": company(person),
            }
            for person in snapshot.people
        ],
        "rooms": sum(not room.ringing for room in snapshot.rooms),
        "ringing": sum(len(room.rings) for room in snapshot.rooms),
    }

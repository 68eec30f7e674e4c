"""A View as data for the browser, which draws what changes by itself; and what of it is left for a run of the script.

All of it is plain JSON. Times are seconds on the registry's clock: whoever sends them says what time it is there.
"""

import hashlib
from dataclasses import replace
from typing import Any

from calls.limits import CHAT_PAGE
from calls.media.layout import shown
from calls.rooms import Message, Participant, Room, View

Payload = dict[str, Any]


def parts(view: View) -> dict[str, Any]:
    """What the browser draws of a view, in parts that change on their own. docs/protocol.md says what is in each."""
    return {"me": _me(view), "ring": _ring(view), "room": _room(view), "unread": view.unread}


def _me(view: View) -> Payload:
    return {"id": view.me.id, "status": view.me.status}


def _ring(view: View) -> Payload | None:
    ring = view.room.ring_of(view.me.id) if view.room else None
    if ring is None:
        return None
    name = view.other.name if view.other else ""
    return {"room": view.me.room, "deadline": ring.deadline, "name": name, "incoming": ring.callee == view.me.id}


def _room(view: View) -> Payload | None:
    room = room_of(view)
    if room is None:
        return None
    return {
        "code": room.code,
        "since": room.started_at,
        "people": [_person(person) for person in (view.me, *view.others)],
        "invited": [{"id": person.id, "name": person.name} for person in view.invited],
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


def page(view: View | None, public: int | None) -> str:
    """Stands for what a run of the script draws of a view, and of what anybody may see, which has this version where
    the page shows it. Another one is a reason for a run."""
    if view is None:
        drawn: tuple[object, ...] = (public,)
    else:
        room = view.room and replace(view.room, messages=(), speakers=(), attended=())
        whom = shown(view.me, view.room) if view.room else None
        drawn = (public, whom, room, replace(view, version=0, unread=0, room=None))
    return hashlib.blake2s(repr(drawn).encode(errors="replace"), digest_size=8).hexdigest()


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

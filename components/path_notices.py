"""What both in a call are told when its media take another path."""

import streamlit as st

from calls.paths import MediaPath, PathReason
from calls.rooms import View
from calls.states import Status
from components import session, toasts
from components.text import plain

KEY = "path-seen"


def show(view: View | None) -> None:
    """Say once what has changed since the last run."""
    seen = _seen(view)
    before, st.session_state[KEY] = st.session_state.get(KEY), seen
    if view is None or before is None or seen is None or before[0] != seen[0] or before == seen:
        return
    if line := _line(view):
        toasts.tell(line, icon=":material/alt_route:", duration="long")


def _seen(view: View | None) -> tuple[object, ...] | None:
    """None outside a call: coming into one is no change."""
    if view is None or view.room is None or view.me.status is not Status.IN_CALL:
        return None
    room = view.room
    return room.code, room.path, room.path_reason, room.path_by, room.goes_direct


def _line(view: View) -> str | None:
    if view.room is None or view.room.path is MediaPath.SERVER:
        return why_server(view) or _chosen(view, "switched the call to go through the server.")
    if view.room.goes_direct:
        return "The call is direct now."
    return _chosen(view, "asked for a direct call.")


def why_server(view: View) -> str | None:
    """Why a direct call did not stay one; None where that was somebody's choice."""
    match view.room and view.room.path_reason:
        case PathReason.JOINED:
            return f"{_who(view)} joined, so the call goes through the server."
        case PathReason.EFFECT:
            return f"{_who(view)} chose an effect, so the call goes through the server."
        case PathReason.NO_PATH:
            seconds = session.services().settings.direct_timeout
            return f"No direct path was found within {seconds:g} seconds, so the call stays on the server."
        case PathReason.LOST:
            return "The direct path was lost, so the call goes on through the server."
    return None


def _chosen(view: View, what: str) -> str | None:
    return f"{_who(view)} {what}" if view.room and view.room.path_reason is PathReason.CHOSEN else None


def _who(view: View) -> str:
    by = view.room.path_by if view.room else None
    if by == view.me.id:
        return "You"
    return next((plain(person.name) for person in view.company if person.id == by), "Somebody")

"""Who is in the room and what they send, who is being rung for it, and who can be invited."""

import streamlit as st

from calls.lookalikes import OWN_MARK
from calls.rooms import Participant, Room, View
from calls.states import Status
from components import session
from components.text import plain

AT_HAND = 2
"""How many people can be invited by one press; the others are a second one away."""


def show(view: View) -> None:
    """Draw everybody in the room, oneself first, and everybody who may come."""
    people = [_person(person, view.me.id) for person in (view.me, *view.others)]
    st.markdown(" ".join([*people, *map(_rung, view.invited)]))
    free = [person for person in view.people if person.status is Status.IDLE and person.connected]
    if view.room and (free or view.invited):
        _invites(view, view.room, free)


def _person(person: Participant, me: str) -> str:
    name = plain(person.name) + (f" {OWN_MARK}" if person.id == me else "")
    muted = "" if person.microphone else " · :material/mic_off: muted"
    unseen = "" if person.camera else " · :material/videocam_off: camera off"
    return f":gray-badge[{name}{muted}{unseen}]"


def _rung(person: Participant) -> str:
    return f":orange-badge[{plain(person.name)} · ringing]"


def _invites(view: View, room: Room, free: list[Participant]) -> None:
    most = session.services().registry.capacity
    full = len(room.bound) >= most
    mine = {invite.callee for invite in room.invites if invite.caller == view.me.id}
    with st.container(key="invites", horizontal=True, gap="xsmall"):
        for person in view.invited:
            if person.id in mine:
                _cancel(view.me.id, person)
        for person in free[:AT_HAND]:
            _invite(view.me.id, person, full=full)
        if others := free[AT_HAND:]:
            with st.popover("Invite others", icon=":material/group_add:"):
                for person in others:
                    _invite(view.me.id, person, full=full)
    if free and full:
        st.caption(f"This room is full: it holds {most}.")


def _cancel(me: str, person: Participant) -> None:
    st.button(
        f"Cancel invite to {plain(person.name)}",
        key=f"cancel-invite-{person.id}",
        icon=":material/call_end:",
        on_click=session.attempt,
        args=(lambda: session.services().registry.cancel_invite(me, person.id),),
    )


def _invite(me: str, person: Participant, *, full: bool) -> None:
    st.button(
        f"Invite {plain(person.name)}",
        key=f"invite-{person.id}",
        icon=":material/person_add:",
        disabled=full,
        on_click=session.attempt,
        args=(lambda: session.services().registry.invite(me, person.id),),
    )

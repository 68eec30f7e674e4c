"""Who is in the room and what they send, who is being rung for it, and who can be invited."""

import streamlit as st

from calls.lookalikes import OWN_MARK
from calls.rooms import Participant, View
from components import invites
from components.text import plain


def show(view: View) -> None:
    """Draw everybody in the room, oneself first, and everybody who may come."""
    people = [_person(person, view.me.id) for person in (view.me, *view.others)]
    st.markdown(" ".join([*people, *map(_rung, view.invited)]))
    invites.show(view)


def _person(person: Participant, me: str) -> str:
    name = plain(person.name) + (f" {OWN_MARK}" if person.id == me else "")
    muted = "" if person.microphone else " · :material/mic_off: muted"
    unseen = "" if person.camera else " · :material/videocam_off: camera off"
    return f":gray-badge[{name}{muted}{unseen}]"


def _rung(person: Participant) -> str:
    return f":orange-badge[{plain(person.name)} · ringing]"

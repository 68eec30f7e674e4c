"""Who is in the room, and what they send."""

import streamlit as st

from calls.rooms import Participant, View
from components.text import plain


def show(view: View) -> None:
    """Draw everybody in the room, oneself first."""
    members = view.room.members if view.room else ()
    st.markdown(" ".join(_person(p, view.me.id) for p in (view.me, *view.people) if p.id in members))


def _person(person: Participant, me: str) -> str:
    name = plain(person.name) + (" (you)" if person.id == me else "")
    camera = ":material/videocam:" if person.camera else ":material/videocam_off:"
    microphone = ":material/mic:" if person.microphone else ":material/mic_off:"
    return f":gray-badge[{name} {microphone} {camera}]"

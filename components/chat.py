"""The chat of a room: text only, kept while the room lives."""

from html import escape

import streamlit as st

from calls.limits import MESSAGE_LENGTH
from calls.rooms import Message, View
from components import session


def show(view: View, *, seen: bool) -> None:
    """Draw what was said, and the field to say more; where it is `seen`, it is read."""
    messages = view.room.messages if view.room else ()
    with st.container(key="chat", height=280, autoscroll=True):
        if messages:
            st.html(f'<div class="log" role="log" aria-label="Chat">{"".join(map(_line, messages))}</div>')
        else:
            st.caption("No messages yet. Everybody in this room sees what you write, until the room closes.")
    st.chat_input("Message", key="message", max_chars=MESSAGE_LENGTH, on_submit=_say, args=(view.me.id,))
    if view.unread and seen:
        session.services().registry.mark_read(view.me.id)


def badge(view: View) -> None:
    """Draw how many messages nobody has read here; nothing when there are none."""
    if view.unread:
        st.badge(f"{view.unread} new message{'s' if view.unread > 1 else ''}", color="red")


def _say(who: str) -> None:
    text = st.session_state["message"]
    session.attempt(lambda: session.services().registry.say(who, text or ""))


def _line(message: Message) -> str:
    at = session.local(message.at)
    return f"<p><b>{escape(message.name)}</b> <time>{at:%H:%M}</time><br><span>{escape(message.text)}</span></p>"

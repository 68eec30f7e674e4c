"""The chat of a room: text only, kept while the room lives."""

from dataclasses import dataclass
from html import escape

import streamlit as st

from calls.limits import MESSAGE_LENGTH
from calls.rooms import Message, View
from components import session

PAGE = 100  # messages that are drawn at once: every new one has them drawn again for everybody in the room
KEY = "chat-turned"


@dataclass(frozen=True, slots=True)
class Turned:
    """Where this tab has turned to in the chat of a room."""

    room: str = ""
    end: int = 0
    """The message before which those end that are drawn; 0 for the last ones."""


def show(view: View, *, seen: bool) -> None:
    """Draw what was said, and the field to say more; where it is `seen`, it is read."""
    messages = view.room.messages if view.room else ()
    with st.container(key="chat", height=280, autoscroll=True):
        if messages:
            _log(view.me.room or "", messages)
        else:
            st.caption("No messages yet. Everybody in this room sees what you write, until the room closes.")
    st.chat_input("Message", key="message", max_chars=MESSAGE_LENGTH, on_submit=_say, args=(view.me.id,))
    if view.unread and seen:
        session.services().registry.mark_read(view.me.id)


def badge(view: View) -> None:
    """Draw how many messages nobody has read here; nothing when there are none."""
    if view.unread:
        st.badge(f"{view.unread} new message{'s' if view.unread > 1 else ''}", color="red")


def _log(room: str, messages: tuple[Message, ...]) -> None:
    turned = st.session_state.get(KEY, Turned())
    end = turned.end if turned.room == room and turned.end else len(messages)
    start = max(0, end - PAGE)
    if start:
        st.button("Show earlier messages", key="chat-earlier", type="tertiary", on_click=_turn, args=(room, start))
    st.html(f'<div class="log" role="log" aria-label="Chat">{"".join(map(_line, messages[start:end]))}</div>')
    if end < len(messages):
        later = end + PAGE if end + PAGE < len(messages) else 0
        st.button("Show later messages", key="chat-later", type="tertiary", on_click=_turn, args=(room, later))


def _turn(room: str, end: int) -> None:
    st.session_state[KEY] = Turned(room, end)


def _say(who: str) -> None:
    text = st.session_state["message"]
    _turn("", 0)  # who says something sees it
    session.attempt(lambda: session.services().registry.say(who, text or ""))


def _line(message: Message) -> str:
    at = session.local(message.at)
    return f"<p><b>{escape(message.name)}</b> <time>{at:%H:%M}</time><br><span>{escape(message.text)}</span></p>"

"""One line about what just happened: how the last call ended, or why a button did nothing."""

import streamlit as st

from calls.rooms import Ending, View
from components import session
from components.reasons import REASONS
from components.text import plain
from components.times import length


def show(view: View | None) -> None:
    """Draw the notices that wait for this tab."""
    here = session.tab()
    if here.notice:
        st.toast(plain(here.notice), icon=":material/info:", duration="long")
        here.notice = ""
    if view and view.ending:
        with st.container(key="ending", horizontal=True, vertical_alignment="center"):
            st.info(line(view.ending), icon=":material/call_end:")
            st.button(
                "Dismiss",
                key="dismiss",
                type="tertiary",
                on_click=session.services().registry.dismiss,
                args=(view.me.id,),
            )


def line(ending: Ending) -> str:
    """How a call ended, as Markdown in one line."""
    if ending.missed:
        return f"Missed call from {plain(ending.name)}"
    words = REASONS[ending.reason]
    about = [f"with {plain(ending.name)}"] if ending.name else []
    if ending.seconds:
        about.append(length(ending.seconds))
    return f"{words} · {', '.join(about)}" if about else words

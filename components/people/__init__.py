"""Who is online, and who called meanwhile."""

from datetime import datetime
from pathlib import Path

import streamlit as st

from calls.rooms import View
from components import direct, modules, session
from components.text import plain
from components.times import moment

_component = modules.component("people", Path(__file__).parent)


def show(view: View) -> None:
    """Draw everybody else, each with a button to call them. Who is here comes to the browser by itself."""
    with st.container(key="people"):
        st.subheader("People online", anchor=False)
        _component(key="people-online", data={"me": view.me.id, "direct": direct.preferred()})


def missed(view: View) -> None:
    """Draw the calls that nobody took."""
    if not view.missed:
        return
    st.subheader("Missed calls", anchor=False)
    for call in view.missed:
        at, now = session.local(call.at), datetime.now(session.timezone())
        st.markdown(f":material/phone_missed: **{plain(call.name)}** at {moment(at, now)}")
    st.button(
        "Clear missed calls",
        type="tertiary",
        on_click=session.attempt,
        args=(lambda: session.services().registry.clear_missed(view.me.id),),
    )

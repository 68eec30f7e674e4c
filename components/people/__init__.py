"""Who is online."""

from pathlib import Path

import streamlit as st

from calls.rooms import View
from components import direct, modules

_component = modules.component("people", Path(__file__).parent)


def show(view: View) -> None:
    """Draw everybody else, each with a button to call them. Who is here comes to the browser by itself."""
    with st.container(key="people"):
        st.subheader("People online", anchor=False)
        _component(key="people-online", data={"me": view.me.id, "direct": direct.preferred()})

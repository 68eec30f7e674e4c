"""Widgets that show what is kept elsewhere, in the registry say, where it may change without a click."""

from typing import Any

import streamlit as st

KEY = "follow"


def chosen(key: str, shown: Any) -> Any:
    """What the person has chosen in the widget with this key, which showed something else; None where it is gone, and
    where the browser reports only what was shown."""
    value = st.session_state.get(key)
    return None if value == shown else value


def key(name: str, value: object) -> str:
    """The key of the widget of this name that is to show this value, as its default.

    A widget that shows another value by now is left for a new one. To set its value instead would undo a click that is
    still on its way, and what the browser reports of it meanwhile would count as a choice of the value before.
    """
    drawn: dict[str, tuple[int, object]] = st.session_state.setdefault(KEY, {})
    number, last = drawn.get(name, (0, value))
    if st.session_state.get(f"{name}-{number}", last) != value:  # a run that did not draw it has forgotten its value
        number += 1
    drawn[name] = number, value
    return f"{name}-{number}"

"""What the stage shows: who speaks, everybody, or one person."""

import streamlit as st

from calls.media.layout import in_force
from calls.rooms import Layout, View
from components import follow, session

NAMES = {Layout.SPEAKER: "Speaker", Layout.GRID: "Grid", Layout.PIN: "Pin"}
ICONS = {Layout.SPEAKER: "record_voice_over", Layout.GRID: "grid_view", Layout.PIN: "keep"}


def show(view: View) -> None:
    """Draw the choice; there is none while nobody else is there."""
    if view.room is None or not view.others:
        return
    chosen = in_force(view.me, view.room)  # it changes by itself when a third person comes
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "View",
            list(NAMES),
            default=chosen,
            format_func=lambda layout: f":material/{ICONS[layout]}: {NAMES[layout]}",
            key=(key := follow.key("layout", chosen)),
            required=True,
            on_change=_choose,
            args=(view, key, chosen),
            label_visibility="collapsed",
        )
        if chosen is Layout.PIN:
            _pin(view, view.me.pinned or "")


def _pin(view: View, pinned: str) -> None:
    names = {person.id: person.name for person in view.others}
    st.selectbox(
        "Pinned person",
        list(names),
        index=list(names).index(pinned),
        format_func=names.__getitem__,
        key=(key := follow.key("pinned", pinned)),
        on_change=_choose_whom,
        args=(view, key, pinned),
        label_visibility="collapsed",
        width=180,
    )


def _choose(view: View, key: str, shown: Layout) -> None:
    if layout := follow.chosen(key, shown):
        _tell(view, Layout(layout), view.others[0].id if layout == Layout.PIN else None)


def _choose_whom(view: View, key: str, shown: str) -> None:
    if whom := follow.chosen(key, shown):
        _tell(view, Layout.PIN, whom)


def _tell(view: View, layout: Layout, pinned: str | None) -> None:
    session.attempt(lambda: session.services().registry.choose_layout(view.me.id, layout, pinned))

"""How the media of a call of two travel: the switch in the room, and the preference in the lobby."""

import streamlit as st

from calls.paths import MediaPath
from calls.rooms import Room, View
from components import direct, follow, path_notices, session

PREFER_KEY = "prefer-direct"
NAMES = {MediaPath.DIRECT: "Direct", MediaPath.SERVER: "Through server"}
ICONS = {MediaPath.DIRECT: "swap_horiz", MediaPath.SERVER: "dns"}
MEANINGS = {
    MediaPath.DIRECT: "From browser to browser: no effects and no groups, and the server cannot see or hear it.",
    MediaPath.SERVER: "The server passes picture and sound on: effects and groups are available.",
}


def show(view: View) -> None:
    """Draw the switch, where there are two to switch for."""
    if view.room is None or not view.room.is_pair or not direct.possible():
        return
    path = view.room.path
    st.segmented_control(
        "Path of picture and sound",
        list(NAMES),
        default=path,
        format_func=lambda path: f":material/{ICONS[path]}: {NAMES[path]}",
        key=(key := follow.key("path", path)),  # the other one may switch, and what is chosen here may be refused
        required=True,
        on_change=_choose,
        args=(view.me.id, key, path),
        label_visibility="collapsed",
    )
    st.caption(_line(view, view.room))


def _line(view: View, room: Room) -> str:
    if room.path is MediaPath.DIRECT and not room.goes_direct:
        return ":material/progress_activity: Looking for a direct path…"
    why = path_notices.why_server(view) if room.path is MediaPath.SERVER else None
    return MEANINGS[room.path] if why is None else f"{why} {MEANINGS[room.path]}"


def _choose(who: str, key: str, shown: MediaPath) -> None:
    if path := follow.chosen(key, shown):
        session.attempt(lambda: session.services().registry.choose_path(who, MediaPath(path)))


def preference() -> None:
    """Draw the setting of the lobby."""
    if not direct.possible():
        return
    preferred = session.tab().prefer_direct is True
    st.checkbox(
        "Prefer direct calls",
        preferred,
        key=(key := follow.key(PREFER_KEY, preferred)),  # the browser says later what it remembers
        on_change=_prefer,
        args=(key,),
        help=f"Your calls begin direct. {MEANINGS[MediaPath.DIRECT]} With an effect on, they go through the server.",
    )


def _prefer(key: str) -> None:
    session.tab().prefer_direct = st.session_state.get(key) is True

"""The chooser of how large one's own picture is."""

import streamlit as st

from calls.settings import Settings
from components import session
from components.session import Size

KEY = "quality"
SIZES = (Size(640, 480), Size(1280, 720))


def show() -> None:
    """Draw the chooser. It changes the picture in a running call, too."""
    here, usual = session.tab(), usual_size(session.services().settings)
    sizes = sorted({usual, *SIZES})
    st.selectbox(
        "Video quality",
        sizes,
        index=sizes.index(here.size or usual),
        key=KEY,
        format_func=str,
        on_change=_choose,
        help="A larger picture takes more of your connection, and of everybody's who watches.",
    )


def usual_size(settings: Settings) -> Size:
    """What cameras are asked for when nobody has chosen."""
    return Size(settings.video_width, settings.video_height)


def _choose() -> None:
    # Gone when the page was switched at the same moment; a text where a client says what was never offered.
    if isinstance(size := st.session_state.get(KEY), Size):
        session.tab().size = size

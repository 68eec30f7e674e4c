"""The link that brings somebody into a room: for who gives it, and for who follows it."""

from functools import lru_cache
from html import escape
from urllib.parse import urlencode, urljoin

import segno
import streamlit as st

from components import copy_button, session


def show(code: str) -> None:
    """Draw the link, a button that copies it, and a QR code of it."""
    link = url(st.context.url or "", code)
    # st.code would load a highlighter, which keeps a browser busy for a third of a second, just when the call begins.
    st.html(f'<code class="room-link">{escape(link)}</code>')
    with st.container(horizontal=True, vertical_alignment="center"):
        copy_button.show("Copy link", link, key="copy-link")
        with st.popover("QR code", icon=":material/qr_code:"):
            st.image(_qr_code(link), caption="Scan it to open the room's link")


@lru_cache(maxsize=100)
def _qr_code(link: str) -> str:
    """As a data URI: st.html would take an SVG out. Kept, because every run draws it."""
    return segno.make(link).png_data_uri(scale=5, border=3)


def followed() -> bool:
    """Whether this page was opened by the link of a room."""
    return bool(st.query_params.get("room"))


def invitation() -> str | None:
    """The code of the room that this page's link leads to; None where it has closed, and where there is no link."""
    code = st.query_params.get("room")
    return code if code and session.services().registry.is_open(code) else None


def url(here: str, code: str) -> str:
    """The room's link, seen from a page at the address `here`: every page but the first adds a segment to the path."""
    return urljoin(here, ".") + "?" + urlencode({"room": code})

"""The link that brings somebody into a room."""

from urllib.parse import urlencode, urljoin

import segno
import streamlit as st

from components import copy_button


def show(code: str) -> None:
    """Draw the link, a button that copies it, and a QR code of it."""
    link = url(st.context.url or "", code)
    st.code(link, language=None, wrap_lines=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        copy_button.show("Copy link", link, key="copy-link")
        with st.popover("QR code", icon=":material/qr_code:"):
            st.html(segno.make(link).svg_inline(scale=5, light="white", border=3, title="QR code of the room link"))


def url(here: str, code: str) -> str:
    """The room's link, seen from a page at the address `here`: every page but the first adds a segment to the path."""
    return urljoin(here, ".") + "?" + urlencode({"room": code})

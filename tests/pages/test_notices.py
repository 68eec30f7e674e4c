"""Where notices stand: beside the page, and alone there; and for how long."""

import pytest

from components import toasts
from tests.pages.visitor import Visitor

EVENT = 2
"""Streamlit's container for what floats over the page: notices, and style sheets that come alone."""


def test_nothing_stands_among_the_notices(ada: Visitor) -> None:
    """A notice outlives a run that is broken off, and what came before it in that run does not: if its place were not
    the first one, Streamlit would find none for it, and show nothing at all any more."""
    among = ada.page._tree.children.get(EVENT)
    assert not among or not among.children


def test_a_notice_is_in_more_than_one_run(ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser may not have shown it when the next run takes the place of the first; later it has."""
    ada.types("Room code", "hello")
    ada.presses("Join room")
    notice = ada.told.copy()
    assert len(notice) == 1
    ada.looks_again()
    assert ada.shown == notice
    monkeypatch.setattr(toasts, "AGAIN_FOR", 0.0)
    ada.looks_again()
    assert ada.shown == []

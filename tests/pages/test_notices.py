"""Where notices stand: beside the page, and alone there."""

from tests.pages.visitor import Visitor

EVENT = 2
"""Streamlit's container for what floats over the page: notices, and style sheets that come alone."""


def test_nothing_stands_among_the_notices(ada: Visitor) -> None:
    """A notice outlives a run that is broken off, and what came before it in that run does not: if its place were not
    the first one, Streamlit would find none for it, and show nothing at all any more."""
    among = ada.page._tree.children.get(EVENT)
    assert not among or not among.children

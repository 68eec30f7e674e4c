"""The room's link: the app's own address, wherever it is deployed, with the code in the query."""

from urllib.parse import parse_qs, urlsplit

import pytest

from calls.text import clean_code, new_code
from components.room_link import url

CODE = "abcd-efgh-jkmn"


@pytest.mark.parametrize(
    ("here", "app"),
    [
        ("http://localhost:8501/room", "http://localhost:8501/"),
        ("http://localhost:8501/", "http://localhost:8501/"),
        ("https://parley.example.org/room", "https://parley.example.org/"),
        ("https://example.org/calls/room", "https://example.org/calls/"),
        ("https://example.org/a/b/room", "https://example.org/a/b/"),
        ("https://example.org/room?room=old&x=1#top", "https://example.org/"),
        ("http://[2001:db8::1]:8501/room", "http://[2001:db8::1]:8501/"),
    ],
)
def test_a_link_leads_to_the_lobby(here: str, app: str) -> None:
    """From the room's page one segment falls away, a path prefix stays, and an old query is left behind."""
    assert url(here, CODE) == f"{app}?room={CODE}"


def test_a_link_carries_a_code_that_can_be_joined() -> None:
    """What whoever opens the link hands over is the room's code."""
    code = new_code()
    query = parse_qs(urlsplit(url("https://example.org/room", code)).query)
    assert clean_code(query["room"][0]) == code

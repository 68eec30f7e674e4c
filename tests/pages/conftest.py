"""The whole app, frame and page, in a session without a server and without a browser."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import app_test
from streamlit_webrtc import component

from calls.registry import Registry
from components import session, webrtc
from components.services import Services
from tests.pages.visitor import Visitor
from tests.people import Person


class _AppNavigates(PagesManager):
    """The pages of an app that navigates by itself, as components/runner.py tells a server from the start."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        type(self).uses_pages_directory = False
        super().__init__(*positional, **named)


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """What a server's sessions share, made anew for one test, with a history in memory.

    Streamlit's AppTest has no server: a loop that nobody runs stands in for the server's, and the library that draws
    the streamers is told that it knows no session, which is what it is told outside of a server. Without the class
    above, AppTest would run the files in pages/ alone.
    """
    for name in [name for name in os.environ if name.startswith("PARLEY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PARLEY_DATABASE_URL", "sqlite://")
    monkeypatch.setenv("PARLEY_STUN_URLS", "")
    monkeypatch.setenv("PARLEY_RESOLVE_TURN", "false")
    loop = asyncio.new_event_loop()
    monkeypatch.setattr(webrtc, "get_global_event_loop", lambda: loop)
    monkeypatch.setattr(app_test, "PagesManager", _AppNavigates)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", False)
    # Parley's components are in its own files: looking through all installed packages for more takes 0.15 s a page.
    monkeypatch.setattr(BidiComponentManager, "discover_and_register_components", lambda *_, **__: None)
    monkeypatch.setattr(component, "get_this_session_info", lambda: None)
    session.services.close()
    yield session.services()
    session.services.close()
    loop.close()


@pytest.fixture
def registry(services: Services) -> Registry:
    return services.registry


@pytest.fixture
def visitor(services: Services) -> Visitor:
    """Somebody who has just opened the app."""
    return Visitor.opens()


@pytest.fixture
def ada(visitor: Visitor) -> Visitor:
    """Somebody who has entered as Ada."""
    visitor.enters("Ada")
    return visitor


@pytest.fixture
def bob(registry: Registry) -> Person:
    """Somebody else, in a browser that is not drawn here."""
    return Person.enters(registry, "Bob")

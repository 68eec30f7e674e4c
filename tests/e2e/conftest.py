"""Servers and people for the tests with real browsers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.e2e.person import Person, person
from tests.e2e.server import Server, serving

Meet = Callable[..., Person]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with short timeouts, for all tests that do not need one of their own."""
    with serving(tmp_path_factory.mktemp("server"), ring_timeout="12", seat_grace="8") as running:
        yield running


@pytest.fixture
def meet(playwright: Playwright, films: Path) -> Iterator[Meet]:
    """Call it with a name, a colour and a tone for a person at a browser of their own."""
    with ExitStack() as stack:

        def arrive(name: str, colour: str, hertz: int, *flags: str) -> Person:
            return stack.enter_context(person(playwright, films, name, colour, hertz, flags=flags))

        yield arrive


@pytest.fixture
def alice(meet: Meet) -> Person:
    return meet("Alice", "red", 440)


@pytest.fixture
def bob(meet: Meet) -> Person:
    return meet("Bob", "green", 880)

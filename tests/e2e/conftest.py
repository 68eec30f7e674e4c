"""Servers and people for the tests with real browsers."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path
from string import ascii_letters

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e.person import FLAGS, Person, launch, visiting
from tests.e2e.server import Server, serving

Meet = Callable[..., Person]

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
FAILED = pytest.StashKey[bool]()

visits = count()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixtures know how the test went."""
    report = yield
    item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Gone when these tests are done: it keeps an event loop running, and asyncio allows one a thread."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with short timeouts, for all tests that do not need one of their own."""
    with serving(tmp_path_factory.mktemp("server"), ring_timeout="9", seat_grace="5") as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Browser]:
    """Call it with a colour, a tone and flags for a browser, which stays open for whoever needs the same later."""
    folder = tmp_path_factory.mktemp("films")

    @cache
    def find(colour: str, hertz: int, flags: tuple[str, ...]) -> Browser:
        return launch(playwright, folder, colour, hertz, flags=flags)

    return find


@pytest.fixture
def meet(browser: Callable[..., Browser], request: pytest.FixtureRequest) -> Iterator[Meet]:
    """Call it with a name, a colour and a tone for a person at a browser of their own. Where the test fails, what each
    of them saw last is kept in test-results/."""
    people: list[Person] = []
    with ExitStack() as stack:

        def arrive(name: str, colour: str, hertz: int, flags: Sequence[str] = FLAGS) -> Person:
            # A server keeps the seat of a closed tab for a while, and its name with it.
            unlike = f"{name} {ascii_letters[next(visits) % 52]}"
            somebody = visiting(browser(colour, hertz, tuple(flags)), unlike, colour, hertz)
            people.append(stack.enter_context(somebody))
            return people[-1]

        yield arrive
        if request.node.stash.get(FAILED, False):
            RESULTS.mkdir(exist_ok=True)
            for person in people:
                person.page.screenshot(path=RESULTS / f"{request.node.name} {person.name}.png")
                (RESULTS / f"{request.node.name} {person.name}.html").write_text(person.page.content())


@pytest.fixture
def alice(meet: Meet) -> Person:
    return meet("Alice", "red", 440)


@pytest.fixture
def bob(meet: Meet) -> Person:
    return meet("Bob", "green", 880)

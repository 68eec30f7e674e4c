"""Servers and people for the tests with real browsers."""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import product
from pathlib import Path
from string import ascii_lowercase

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e.direct import OTHER, goes_direct, is_off_direct, switches_to
from tests.e2e.person import FLAGS, Person, launch, visiting
from tests.e2e.server import Server, serving

Meet = Callable[..., Person]

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
FAILED = pytest.StashKey[bool]()
STAYING = pytest.StashKey[set[str]]()
LAST = pytest.StashKey[bool]()

CAROL = "<b>C</b> :joy: [a](b) www.a.de a@b.de"
"""A name that must be shown as it was typed, wherever it is shown."""

CALLS = {"talking": {"Alice", "Bob"}, "direct": {"Alice", "Bob"}, "three": {"Alice", "Bob", CAROL}}
"""Fixtures that bring these people into a call, which goes on for as long as the next test asks for the same people."""

names = map("".join, product(ascii_lowercase, repeat=2))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixtures know how the test went."""
    report = yield
    item.stash[FAILED] = report.failed
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First the tests that share people, then those whose people come for one test: nobody's pages and cameras are on
    while others are tested."""
    items.sort(key=lambda item: "regulars" not in getattr(item, "fixturenames", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Function, nextitem: pytest.Function | None) -> None:
    """Let the fixtures know who stays in this test's call for the next one, and whether anybody comes again."""
    item.stash[STAYING] = _called(item) if nextitem and _called(item) == _called(nextitem) else set()
    item.stash[LAST] = nextitem is None or "regulars" not in nextitem.fixturenames


def _called(item: pytest.Function) -> set[str]:
    """Who is in the call that the test asks for."""
    return set().union(*(people for fixture, people in CALLS.items() if fixture in item.fixturenames))


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Gone when these tests are done: it keeps an event loop running, and asyncio allows one a thread."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server that soon gives up who is gone, for all tests that do not need one of their own."""
    with serving(tmp_path_factory.mktemp("server"), seat_grace="10") as running:
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
    """Call it with a name, a colour and a tone for a person at a browser of their own, who has never been here."""
    people: list[Person] = []
    with ExitStack() as stack:

        def arrive(name: str, colour: str, hertz: int, flags: Sequence[str] = FLAGS) -> Person:
            people.append(
                stack.enter_context(visiting(browser(colour, hertz, tuple(flags)), _unlike(name), colour, hertz))
            )
            return people[-1]

        yield arrive
        _keep_what_they_saw(request, people)


class Regulars:
    """People of the shared server who stay from one test to the next: to load a page takes two cores two seconds, and a
    call to begin and to end takes them four."""

    def __init__(self, browser: Callable[..., Browser], home: str) -> None:
        self._browser, self._home = browser, home
        self._people: dict[str, tuple[Person, ExitStack]] = {}

    def find(self, name: str, colour: str, hertz: int) -> Person:
        """The one with this name, where the last test has left them, or new."""
        if name not in self._people:
            stack = ExitStack()
            visit = visiting(self._browser(colour, hertz, tuple(FLAGS)), _unlike(name), colour, hertz)
            self._people[name] = stack.enter_context(visit), stack
        return self._people[name][0]

    def part(self, name: str, *, well: bool, stays: bool) -> None:
        """A test is over: back to the lobby with whoever does not stay in the call. Who is elsewhere, or was in a test
        that failed, does not come again."""
        person, _ = self._people[name]
        if not well or person.home != self._home or person.page.is_closed():
            self.leaves(name)
        elif not stays:
            person.goes_home()

    def leaves(self, name: str) -> None:
        """This one closes the page and does not come again."""
        _, stack = self._people.pop(name)
        stack.close()

    def close(self) -> None:
        """Everybody leaves."""
        for name in [*self._people]:
            self.leaves(name)


@pytest.fixture(scope="package")
def all_regulars(browser: Callable[..., Browser], server: Server) -> Iterator[Regulars]:
    here = Regulars(browser, server.url)
    yield here
    here.close()


@pytest.fixture
def regulars(all_regulars: Regulars, request: pytest.FixtureRequest) -> Iterator[Regulars]:
    """Those of the shared server; all of them leave after the last test that any of them is in."""
    yield all_regulars
    if request.node.stash[LAST]:
        all_regulars.close()


def _unlike(name: str) -> str:
    """A name of one's own: a server keeps the seat of a closed tab for a while, and its name with it."""
    return f"{name} {next(names)}"


def _keep_what_they_saw(request: pytest.FixtureRequest, people: Sequence[Person]) -> None:
    """What each of them saw last, where the test failed, in test-results/."""
    if request.node.stash.get(FAILED, False):
        RESULTS.mkdir(exist_ok=True)
        for person in people:
            seen = f"{request.node.name} {re.sub(r'[^a-zA-Z]+', ' ', person.name)}"
            person.page.screenshot(path=RESULTS / f"{seen}.png")
            (RESULTS / f"{seen}.html").write_text(person.page.content())


@contextmanager
def _regular(
    regulars: Regulars, request: pytest.FixtureRequest, name: str, colour: str, hertz: int
) -> Iterator[Person]:
    person = regulars.find(name, colour, hertz)
    yield person
    _keep_what_they_saw(request, [person])
    stash = request.node.stash
    regulars.part(name, well=not stash.get(FAILED, True), stays=name in stash[STAYING])


@pytest.fixture
def alice(regulars: Regulars, request: pytest.FixtureRequest) -> Iterator[Person]:
    with _regular(regulars, request, "Alice", "red", 440) as person:
        yield person


@pytest.fixture
def bob(regulars: Regulars, request: pytest.FixtureRequest) -> Iterator[Person]:
    with _regular(regulars, request, "Bob", "green", 880) as person:
        yield person


@pytest.fixture
def carol(regulars: Regulars, request: pytest.FixtureRequest) -> Iterator[Person]:
    with _regular(regulars, request, CAROL, "blue", 660) as person:
        yield person


@pytest.fixture
def talking(server: Server, alice: Person, bob: Person) -> tuple[Person, Person]:
    """Alice and Bob see each other in a call through the server."""
    if not _go_on(alice, bob):
        alice.meets(bob, server.url)
        alice.sees(bob)
        bob.sees(alice)
    elif alice.page.locator(OTHER).is_visible():
        switches_to(alice, "Through server")
        for one, other in ((alice, bob), (bob, alice)):
            is_off_direct(one)
            one.sees(other)
    return alice, bob


@pytest.fixture
def direct(server: Server, alice: Person, bob: Person) -> tuple[Person, Person]:
    """Alice and Bob see each other in a direct call."""
    if not _go_on(alice, bob):
        alice.meets(bob, server.url)
    if not alice.page.locator(OTHER).is_visible():
        goes_direct(alice, bob)
    return alice, bob


@pytest.fixture
def three(server: Server, alice: Person, bob: Person, carol: Person) -> list[Person]:
    """Alice has called Bob and has invited Carol."""
    people = [alice, bob, carol]
    if not _go_on(*people):
        carol.enters(server.url)
        alice.meets(bob, server.url)
        alice.press(f"Invite {carol.name}")
        carol.rings_for(alice)
        carol.accepts()
        carol.reads(f"In call with {alice.name} and {bob.name}")
    return people


def _go_on(*people: Person) -> bool:
    """Whether the last test has left these people in one call; if not, they are in the lobby afterwards."""
    if all(person.is_talking_with(*(other for other in people if other is not person)) for person in people):
        return True
    for person in people:
        if person.home:
            person.goes_home()
    return False


@pytest.fixture
def strangers(meet: Meet) -> tuple[Person, Person]:
    """Alice and Bob on pages of their own, for what would be in the way of the next test."""
    return meet("Alice", "red", 440), meet("Bob", "green", 880)

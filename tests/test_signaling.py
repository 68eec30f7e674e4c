"""/signal: what each message is answered, and that nothing a browser sends disturbs anybody else's line."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as dial

from calls.actions import Actions
from calls.allowance import Allowances
from calls.errors import RateLimitError, SignalError
from calls.limits import ADDRESS_PEOPLE, CHAT_PAGE, CHAT_PAGES, MESSAGE_BYTES, MESSAGES
from calls.registry import Registry
from calls.signaling import (
    AskChat,
    AskPeople,
    Conversation,
    Hello,
    Payload,
    Ping,
    Signaling,
    Watch,
    answer_all,
    error_payload,
    parse,
    same_origin,
    whole,
)
from calls.states import Status
from calls.views import page, parts
from tests.people import FakeClock, Person, connect

ANSWER_WITHIN = 10.0
CODES = {"too_large", "malformed", "unknown_type", "unknown_token"}
HELLO = '{"type": "hello", "token": "%s"}'


def hello(person: Person) -> str:
    """The hello of a page that has drawn all that there is."""
    return json.dumps({"type": "hello", "token": person.seat.token, "page": page(person.view, None)})


def watch(registry: Registry) -> str:
    """What a page says that is nobody's, and has drawn all that there is."""
    return json.dumps({"type": "watch", "page": page(None, registry.past)})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
almost_messages = st.fixed_dictionaries(
    {"type": st.sampled_from(["hello", "watch", "people", "chat", "ping", "Hello", ""]) | json_values},
    optional={"token": st.text() | json_values, "before": json_values, "more": json_values},
)
anything = st.text() | st.binary() | st.none() | (json_values | almost_messages).map(json.dumps)


def padded(length: int, character: str = " ") -> str:
    """A ping of this many characters."""
    return '{"type": "ping", "x": "%s"}' % (character * (length - 25))


# Parsing


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('{"type": "hello", "token": "t"}', Hello("t")),
        ('{"type": "hello", "token": "", "more": [1]}', Hello("")),
        ('{"type": "hello", "token": "t", "watch": true}', Hello("t", watches=True)),
        ('{"type": "hello", "token": "t", "watch": 1}', Hello("t")),
        ('{"type": "hello", "token": "t", "page": "ab12"}', Hello("t", page="ab12")),
        ('{"type": "hello", "token": "t", "page": 7}', Hello("t")),
        ('{"type": "hello", "token": "t", "page": "%s"}' % ("x" * 1_000), Hello("t", page="x" * 64)),
        ('{"type": "chat", "before": 7}', AskChat(7)),
        ('{"type": "chat", "before": -7}', AskChat(-7)),
        ('{"type": "watch"}', Watch()),
        ('{"type": "people"}', AskPeople()),
        ('{"type": "ping"}', Ping()),
        (' \n{"type": "ping", "token": 1}\n', Ping()),
        ('{"type": "ping", "again": 4}', Ping(4.0)),
        ('{"type": "ping", "again": null}', Ping()),
        (padded(MESSAGE_BYTES), Ping()),
    ],
)
def test_a_message_is_understood(data: str, message: Hello | Watch | AskPeople | AskChat | Ping) -> None:
    """Members that are not known are passed over, so that an older server understands a newer page."""
    assert parse(data) == message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "malformed"),
        (b'{"type": "ping"}', "malformed"),
        ("", "malformed"),
        ("{", "malformed"),
        ("[" * 50_000, "malformed"),
        ("9" * 5_000, "malformed"),
        ("null", "malformed"),
        ('["ping"]', "malformed"),
        ("{}", "malformed"),
        ('{"type": 1}', "malformed"),
        ('{"type": "hello"}', "malformed"),
        ('{"type": "chat"}', "malformed"),
        ('{"type": "chat", "before": "7"}', "malformed"),
        ('{"type": "chat", "before": 7.5}', "malformed"),
        ('{"type": "hello", "token": null}', "malformed"),
        *(
            (f'{{"type": "ping", "again": {again}}}', "malformed")
            for again in ("0", "0.9", "61", "1e999", "NaN", '"4"', "[]")
        ),
        ('{"type": "PING"}', "unknown_type"),
        ('{"type": ""}', "unknown_type"),
        ('{"type": "\\ud800"}', "unknown_type"),
        (padded(MESSAGE_BYTES + 1), "too_large"),
        (padded(MESSAGE_BYTES // 2 + 25, "\u00e9"), "too_large"),
    ],
)
def test_what_cannot_be_understood_is_refused(data: str | bytes | None, code: str) -> None:
    """Each refusal has its code; the size is counted in bytes, and half a surrogate pair can be sent back as it is."""
    with pytest.raises(SignalError) as caught:
        parse(data)
    assert caught.value.code == code
    json.dumps(error_payload(caught.value), ensure_ascii=False).encode()


def test_a_long_type_is_not_sent_back_whole() -> None:
    """The answer to nonsense stays short."""
    with pytest.raises(SignalError, match="There is no message of type") as caught:
        parse(json.dumps({"type": "x" * 10_000}))
    assert len(str(caught.value)) < 100


@given(anything)
def test_anything_is_parsed_or_refused(data: str | bytes | None) -> None:
    """Whatever comes, it is a message or a SignalError with one of three codes."""
    try:
        outcome: object = type(parse(data))
    except SignalError as error:
        outcome = error.code
    assert outcome in {Hello, Watch, AskPeople, AskChat, Ping, "too_large", "malformed", "unknown_type"}


# Conversation


def test_hello_says_who_it_is(registry: Registry, clock: FakeClock, alice: Person) -> None:
    """The welcome carries the version of what the person sees, which is what the news are compared with."""
    conversation = Conversation(registry, Allowances(clock))
    assert conversation.who is None
    assert conversation.answer(HELLO % alice.seat.token) == {"type": "welcome", "version": alice.view.version}
    assert conversation.who == alice.id


def test_a_token_that_nobody_has_is_refused(registry: Registry, clock: FakeClock, alice: Person) -> None:
    """The answer is a typed error, and the line stays whose it was."""
    conversation = Conversation(registry, Allowances(clock))
    conversation.answer(HELLO % alice.seat.token)
    for token in ("", alice.id, alice.seat.token + "x", "\\ud800"):
        answer = conversation.answer(HELLO % token)
        assert (answer["type"], answer["code"]) == ("error", "unknown_token")
    assert conversation.who == alice.id


def test_the_news_are_the_version_or_that_one_is_gone(registry: Registry, clock: FakeClock, alice: Person) -> None:
    """A line whose person has left is told that nobody is there."""
    conversation = Conversation(registry, Allowances(clock))
    conversation.answer(HELLO % alice.seat.token)
    alice.opens_room()
    assert list(conversation.news())[-1] == {"type": "changed", "version": alice.view.version}
    assert list(conversation.news()) == []
    alice.leaves()
    assert list(conversation.news()) == [{"type": "gone"}]


def chats(person: Person, clock: FakeClock, count: int) -> None:
    """So many messages, each a second after the last one."""
    for number in range(count):
        clock.advance(1.0)
        person.says(str(number))


def told(conversation: Conversation, kind: str) -> list[Payload]:
    """The news of this kind."""
    return [payload for payload in conversation.news() if payload["type"] == kind]


def test_what_the_page_draws_by_itself_comes_as_data(registry: Registry, clock: FakeClock, alice: Person) -> None:
    """All parts of it at first, then those that are new, with the time on the registry's clock."""
    conversation = Conversation(registry, Allowances(clock))
    conversation.answer(HELLO % alice.seat.token)
    [first] = told(conversation, "view")
    assert (first["set"], first["now"]) == (parts(alice.view, registry.capacity), clock.now)
    assert told(conversation, "view") == []
    bob = Person.enters(registry, "Bob")
    connect(alice, bob)
    told(conversation, "view")
    bob.says("hello")
    [change] = told(conversation, "view")
    assert change["set"] == {"unread": 1}


def test_a_chat_comes_message_by_message(registry: Registry, clock: FakeClock, alice: Person, bob: Person) -> None:
    """The last ones with a new line, then each as it is said, and no run of the script for any of them."""
    code = connect(alice, bob)
    chats(bob, clock, CHAT_PAGE + 1)
    conversation = Conversation(registry, Allowances(clock))
    conversation.answer(json.dumps({"type": "hello", "token": alice.seat.token, "page": page(alice.view, None)}))
    [last] = told(conversation, "chat")
    assert (last["room"], last["from"], len(last["messages"])) == (code, 1, CHAT_PAGE)
    bob.says("news")
    payloads = list(conversation.news())
    assert [payload["type"] for payload in payloads] == ["view", "chat"]
    assert (payloads[1]["from"], [message["text"] for message in payloads[1]["messages"]]) == (CHAT_PAGE + 1, ["news"])
    alice.puts_down(code)
    assert told(conversation, "chat") == []
    code = alice.opens_room()
    [empty] = told(conversation, "chat")
    assert (empty["room"], empty["from"], empty["messages"]) == (code, 0, [])


def test_earlier_messages_are_told_when_asked_for(
    registry: Registry, clock: FakeClock, alice: Person, bob: Person
) -> None:
    """To who is in a room, and not without end; a line stays open however often it asks."""
    conversation = Conversation(registry, Allowances(clock))
    assert conversation.answer('{"type": "chat", "before": 1}')["code"] == "unknown_token"
    conversation.answer(HELLO % alice.seat.token)
    assert conversation.answer('{"type": "chat", "before": 1}')["code"] == "not_in_call"
    connect(alice, bob)
    chats(bob, clock, 3)
    for before, texts in ((2, ["0", "1"]), (-1, []), (10**20, ["0", "1", "2"])):
        answer = conversation.answer(json.dumps({"type": "chat", "before": before}))
        assert (answer["from"], [message["text"] for message in answer["messages"]]) == (0, texts)
    answers = [conversation.answer('{"type": "chat", "before": 1}') for _ in range(CHAT_PAGES.at_once)]
    assert answers[-1]["code"] == "rate_limited"
    again = Conversation(registry, conversation._allowances)
    again.answer(HELLO % alice.seat.token)
    [none] = told(again, "chat")
    assert (none["from"], none["messages"]) == (3, [])


def test_a_run_is_asked_for_what_only_a_run_draws(
    registry: Registry, clock: FakeClock, alice: Person, bob: Person
) -> None:
    """A line begins with what is new since the page was drawn; the same again is no news."""
    drawn = page(alice.view, None)
    conversation = Conversation(registry, Allowances(clock))
    conversation.answer(json.dumps({"type": "hello", "token": alice.seat.token, "page": drawn}))
    assert told(conversation, "changed") == []
    connect(alice, bob)
    assert told(conversation, "changed") == [{"type": "changed", "version": alice.view.version}]
    late = Conversation(registry, Allowances(clock))
    late.answer(json.dumps({"type": "hello", "token": alice.seat.token, "page": drawn}))
    assert told(late, "changed") == [{"type": "changed", "version": alice.view.version}]


def test_a_new_line_is_no_way_to_more_messages(registry: Registry, clock: FakeClock, alice: Person) -> None:
    """Forty messages of one participant may come at once, over however many lines, and then twenty a second."""
    allowances = Allowances(clock)
    first = Conversation(registry, allowances)
    first.answer(HELLO % alice.seat.token)
    for _ in range(MESSAGES.at_once - 1):
        assert first.answer('{"type": "ping"}') == {"type": "pong"}
    with pytest.raises(RateLimitError):
        first.answer('{"type": "ping"}')
    with pytest.raises(RateLimitError):
        Conversation(registry, allowances).answer(HELLO % alice.seat.token)
    clock.advance(0.05)
    assert Conversation(registry, allowances).answer(HELLO % alice.seat.token)["type"] == "welcome"


def test_lines_of_one_address_share_what_it_may_send(registry: Registry, clock: FakeClock) -> None:
    """Lines that say who nobody is are bounded together, and those of other addresses do not notice."""
    allowances = Allowances(clock)
    heard = 0
    try:
        while heard < 100_000:
            Conversation(registry, allowances, address="192.0.2.1").answer('{"type": "ping"}')
            heard += 1
    except RateLimitError:
        pass
    assert heard == MESSAGES.at_once * ADDRESS_PEOPLE
    assert Conversation(registry, allowances, address="192.0.2.2").answer('{"type": "ping"}') == {"type": "pong"}


@given(st.lists(anything, max_size=5))
def test_any_message_has_an_answer(messages: list[str | bytes | None]) -> None:
    """The answer is a pong, a welcome to who looks on, or an error with one of four codes, and can be sent as UTF-8."""
    conversation = Conversation(Registry(), Allowances(FakeClock()))
    for message in messages:
        answer = conversation.answer(message)
        assert answer["type"] in {"pong", "welcome"} or (answer["type"], answer["code"] in CODES) == ("error", True)
        json.dumps(answer, ensure_ascii=False).encode()


class _LeavesMeanwhile(Registry):
    """Whose people leave on another thread in the moment in which they are identified."""

    def identify(self, token: str) -> str:
        who = super().identify(token)
        self.leave(who)
        return who


def test_a_hello_of_one_who_leaves_meanwhile_is_answered() -> None:
    """Even then the answer is a typed error: no other exception comes out of `answer`."""
    registry = _LeavesMeanwhile()
    conversation = Conversation(registry, Allowances(FakeClock()))
    assert conversation.answer(HELLO % registry.enter("Alice").token)["code"] == "unknown_token"


# Origins


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://calls.example.org", "calls.example.org", True),
        ("http://localhost:8501", "localhost:8501", True),
        ("https://Calls.Example.org", "calls.example.ORG", True),
        ("https://calls.example.org", "localhost:8501", False),
        ("https://calls.example.org:444", "calls.example.org", False),
        ("https://calls.example.org.evil.test", "calls.example.org", False),
        ("https://evil.test/calls.example.org", "calls.example.org", False),
        ("https://allowed.test", "calls.example.org", True),
        ("https://allowed.test.evil.test", "calls.example.org", False),
        ("null", "calls.example.org", False),
        ("", "calls.example.org", False),
        (None, "calls.example.org", False),
        ("https://calls.example.org", None, False),
    ],
)
def test_only_its_own_pages_may_open_a_line(origin: str | None, host: str | None, *, same: bool) -> None:
    """The origin is the host, whatever the case, or it is allowed by its full name; no origin is no page."""
    assert same_origin(origin, host, {"https://allowed.test"}) is same


@pytest.mark.parametrize("origin", ["http://[", "http://[x]", "http://]"])
def test_an_origin_that_is_none_is_foreign(origin: str) -> None:
    """A header that is no origin at all is refused, and nothing is raised."""
    assert same_origin(origin, "localhost:8501") is False


def test_a_ping_may_promise_the_next(registry: Registry, clock: FakeClock, alice: Person) -> None:
    """Who does not keep the promise is lost to the others, and back with the next ping; the end of the line takes it
    back, and nobody's ping promises nothing."""
    conversation = Conversation(registry, Allowances(clock))
    assert conversation.answer('{"type": "ping", "again": 4}') == {"type": "pong"}
    conversation.end()
    conversation.answer(HELLO % alice.seat.token)
    conversation.answer('{"type": "ping", "again": 4}')
    clock.advance(10)
    registry.expire()
    assert not alice.me.connected
    conversation.answer('{"type": "ping", "again": 4}')
    assert alice.me.connected
    conversation.end()
    clock.advance(10)
    registry.expire()
    assert alice.me.connected
    alice.leaves()
    assert conversation.answer('{"type": "ping", "again": 4}') == {"type": "pong"}


# With a run, where there is no line


@given(json_values)
def test_a_run_may_bring_anything(messages: object) -> None:
    """What a page sends with a run is a stranger's, too."""
    registry = Registry(clock=FakeClock())
    alice = Person.enters(registry, "Alice")
    assert answer_all(Actions(registry), alice.id, messages) == ({}, None)


def test_a_run_brings_what_a_line_does(registry: Registry, alice: Person, bob: Person) -> None:
    """The answers are named by the acts; what is no message among them is passed over."""
    call = {"type": "act", "act": "call", "id": "7", "whom": bob.id}
    messages = [{"type": "act", "act": "fly", "id": "1"}, call, 3, {"type": "chat", "before": 5}, {"type": "ping"}]
    assert answer_all(Actions(registry), alice.id, messages) == ({"7": {"type": "done", "id": "7"}}, 5)
    assert bob.me.status is Status.INCOMING


def test_a_page_without_a_line_is_told_all_of_it(
    registry: Registry, clock: FakeClock, alice: Person, bob: Person
) -> None:
    """With each run the same messages that a line begins with, and those of a chat that were asked for."""
    assert [message["type"] for message in whole(registry, alice.view)] == ["people", "view"]
    connect(alice, bob)
    chats(bob, clock, CHAT_PAGE + 20)
    told = [message for message in whole(registry, alice.view, before=20) if message["type"] == "chat"]
    assert sorted((chat["from"], len(chat["messages"])) for chat in told) == [(0, 20), (20, CHAT_PAGE)]


# The endpoint, over a real WebSocket


@dataclass(frozen=True)
class Line:
    """One browser tab's end of the line."""

    connection: ClientConnection

    def says(self, data: str | bytes) -> Any:
        """Send this, and return the next message that comes."""
        self.connection.send(data)
        return self.hears()

    def hears(self) -> Any:
        """The next message, but for data that the page draws by itself."""
        while (message := self.hears_anything())["type"] in {"people", "view", "chat", "live"}:
            pass
        return message

    def hears_of_people(self) -> Any:
        """The next message of who is here."""
        return self.hears_of("people")

    def hears_of(self, kind: str) -> Any:
        """The next message of this type."""
        while (message := self.hears_anything())["type"] != kind:
            pass
        return message

    def hears_anything(self) -> Any:
        return json.loads(self.connection.recv(ANSWER_WITHIN))


@dataclass(frozen=True)
class Server:
    """The endpoint at a port of this machine. Its clock stands still, so a burst is never made up for."""

    registry: Registry
    signaling: Signaling
    port: int

    def line(self, **headers: str) -> AbstractContextManager[ClientConnection]:
        return dial(
            f"ws://localhost:{self.port}/signal",
            additional_headers={"Origin": f"http://localhost:{self.port}"} | headers,
            max_size=None,
            proxy=None,
        )


@contextmanager
def serving() -> Iterator[Server]:
    registry = Registry()
    signaling = Signaling(registry, allowed_origins=("https://allowed.test",), clock=FakeClock())
    app = Starlette(routes=[WebSocketRoute("/signal", signaling.endpoint)])
    listener = socket.create_server(("localhost", 0))
    running = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="websockets-sansio", lifespan="off"))
    thread = Thread(target=running.run, args=([listener],))
    thread.start()
    try:
        yield Server(registry, signaling, listener.getsockname()[1])
    finally:
        running.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def tab(server: Server) -> Iterator[Callable[[], Line]]:
    """Call it for a line of one more tab."""
    with ExitStack() as stack:
        yield lambda: Line(stack.enter_context(server.line()))


def test_a_change_is_pushed_to_those_who_see_it(server: Server, tab: Callable[[], Line]) -> None:
    """A call rings at both tabs, made on another thread than the server's; each hears its own newest version."""
    alice, bob = (Person.enters(server.registry, name) for name in ("Alice", "Bob"))
    lines = {person: tab() for person in (alice, bob)}
    for person, line in lines.items():
        assert line.says(hello(person)) == {"type": "welcome", "version": person.view.version}
    alice.calls(bob)
    for person, line in lines.items():
        assert line.hears() == {"type": "changed", "version": person.view.version}


def test_a_tab_is_told_that_its_person_is_gone(server: Server, tab: Callable[[], Line]) -> None:
    """Who has left, in another tab say, is told so, and the line can be used again."""
    alice, line = Person.enters(server.registry, "Alice"), tab()
    line.says(hello(alice))
    alice.leaves()
    assert line.hears() == {"type": "gone"}
    back = Person.enters(server.registry, "Alice")
    assert line.says(hello(back))["type"] == "welcome"


def test_who_is_here_is_told_as_data(server: Server, tab: Callable[[], Line]) -> None:
    """All of it after a hello, and then what changes. Who asks is told all of it once more."""
    alice, line = Person.enters(server.registry, "Alice"), tab()
    line.says(hello(alice))
    told = line.hears_of_people()
    assert (told["since"], told["gone"]) == (None, [])
    while told["version"] < server.registry.people().version:  # one who came just now is told of a moment later
        told = line.hears_of_people()
    assert told["here"][alice.id] == {"name": alice.me.name, "status": "IDLE", "connected": True}

    bob = Person.enters(server.registry, "Bob")
    change = line.hears_of_people()
    assert (change["since"], change["here"].keys()) == (told["version"], {bob.id})
    bob.leaves()
    assert line.hears_of_people() == {
        "type": "people",
        "version": server.registry.people().version,
        "since": change["version"],
        "here": {},
        "gone": [bob.id],
    }
    line.connection.send('{"type": "people"}')
    everybody = line.hears_of_people()
    assert (everybody["since"], everybody["here"].keys()) == (None, server.registry.people().here.keys())


def test_what_happens_together_is_told_together(server: Server, tab: Callable[[], Line]) -> None:
    """A hundred who come at once are not a hundred messages for each."""
    alice, line = Person.enters(server.registry, "Alice"), tab()
    line.says(hello(alice))
    before = server.registry.people().version
    people = [Person.enters(server.registry, "Somebody") for _ in range(20)]
    messages, version = 0, 0
    while version < server.registry.people().version:
        version = line.hears_of_people()["version"]
        messages += version > before
    assert messages < len(people) / 2


def test_an_act_is_done_and_answered(server: Server, tab: Callable[[], Line]) -> None:
    """On whichever line it comes, and once; nobody's is refused."""
    alice, bob = (Person.enters(server.registry, name) for name in ("Alice", "Bob"))
    call = json.dumps({"type": "act", "act": "call", "id": "1", "whom": bob.id})
    assert tab().says(call)["code"] == "unknown_token"
    for line in (tab(), tab()):
        line.says(hello(alice))
        line.connection.send(call)
        while (answer := line.hears())["type"] == "changed":
            pass
        assert answer == {"type": "done", "id": "1"}
        alice.puts_down(alice.me.room or "")
    assert bob.missed == [alice.id]


def test_who_is_nobody_is_not_told_who_is_here(server: Server, tab: Callable[[], Line]) -> None:
    """Nor is that answered to one who asks."""
    line = tab()
    assert line.says(watch(server.registry))["type"] == "welcome"
    Person.enters(server.registry, "Alice")
    server.registry.announce()
    kinds = [line.hears_anything()["type"]]
    while kinds[-1] != "changed":
        kinds.append(line.hears_anything()["type"])
    assert set(kinds) <= {"live", "changed"}
    assert line.says('{"type": "people"}')["code"] == "unknown_token"


def test_who_is_told_on_is_told_what_goes_on_too(server: Server, tab: Callable[[], Line]) -> None:
    """A page of somebody's that shows all that goes on, such as the dashboard, is told of it; another page is not."""
    alice, bob = (Person.enters(server.registry, name) for name in ("Alice", "Bob"))
    looks, rests = tab(), tab()
    drawn = page(alice.view, server.registry.past)
    looks.says(json.dumps({"type": "hello", "token": alice.seat.token, "watch": True, "page": drawn}))
    rests.says(hello(bob))
    server.registry.announce()
    assert looks.hears() == {"type": "changed", "version": server.registry.version(None)}
    assert rests.says('{"type": "ping"}') == {"type": "pong"}


def test_a_line_without_a_hello_hears_nothing(server: Server, tab: Callable[[], Line]) -> None:
    """News are for people: the first message after a change is the answer to the next question."""
    line = tab()
    assert line.says('{"type": "ping"}') == {"type": "pong"}
    Person.enters(server.registry, "Alice").opens_room()
    assert line.says('{"type": "ping"}') == {"type": "pong"}


def test_an_overview_says_what_time_it_is_now(server: Server, tab: Callable[[], Line]) -> None:
    """It is written once, and told to each who comes later: its times are to be compared with theirs. What was written
    before somebody came is told as well, until it is written again."""
    alice, told = Person.enters(server.registry, "Alice"), []
    for _ in range(2):
        line, before, mine = tab(), server.registry.now, list[dict[str, Any]]()
        line.connection.send(watch(server.registry))
        while not mine:
            live = line.hears_of("live")
            assert before <= live["now"] <= server.registry.now
            mine = [person for person in live["people"] if person["name"] == alice.me.name]
        told += mine
    assert told[0] == told[1]


def test_who_looks_on_hears_what_anybody_may_see(server: Server, tab: Callable[[], Line]) -> None:
    """Who comes and goes, and who is in a call, as data; not what is said there. A run is asked for when there is more
    of the past. After a hello, what that person hears."""
    line, alice = tab(), Person.enters(server.registry, "Alice")
    assert line.says(watch(server.registry)) == {"type": "welcome", "version": server.registry.version(None)}
    bob = Person.enters(server.registry, "Bob")
    code = alice.opens_room()
    bob.joins(code)
    company: set[str] = set()
    while not company:
        told = line.hears_of("live")
        company = {one for person in told["people"] if person["name"] == alice.me.name for one in person["company"]}
    assert company == {bob.me.name}
    assert code not in json.dumps(told)
    server.registry.announce()
    assert line.hears() == {"type": "changed", "version": server.registry.version(None)}
    assert line.says(hello(alice)) == {"type": "welcome", "version": alice.view.version}
    bob.puts_down(code)
    assert line.hears() == {"type": "changed", "version": alice.view.version}
    for person in (alice, bob):
        person.leaves()


@pytest.mark.parametrize("origin", ["https://evil.test", "null", ""])
def test_a_foreign_page_is_refused(server: Server, origin: str) -> None:
    """Before the handshake, as HTTP 403: the page's script gets no line at all."""
    with pytest.raises(InvalidStatus) as caught, server.line(Origin=origin):
        pass
    assert caught.value.response.status_code == 403


def test_an_allowed_page_gets_a_line(server: Server) -> None:
    """An origin that the settings name may be another host."""
    with server.line(Origin="https://allowed.test") as connection:
        assert Line(connection).says('{"type": "ping"}') == {"type": "pong"}


def test_a_line_survives_what_it_cannot_understand(tab: Callable[[], Line]) -> None:
    """Oversized, malformed, binary, empty and unknown messages are answered with their codes, and the line goes on."""
    line = tab()
    sent: list[str | bytes] = [padded(MESSAGE_BYTES + 1), "{", b"\xff\x00", "", '{"type": "dance"}', HELLO % "nobody"]
    codes = [line.says(message)["code"] for message in sent]
    assert codes == ["too_large", "malformed", "malformed", "malformed", "unknown_type", "unknown_token"]
    assert line.says('{"type": "ping"}') == {"type": "pong"}


@given(st.lists(anything.filter(lambda message: message is not None), max_size=5))
def test_any_message_is_answered_by_a_server(server: Server, messages: list[str | bytes]) -> None:
    """Whatever comes over a real line, each message has its answer, and the line and the server go on."""
    with server.line() as connection:
        line = Line(connection)
        for message in messages:
            assert line.says(message)["type"] in {"pong", "welcome", "error", "changed"}
        line.connection.send('{"type": "ping"}')
        while line.hears() != {"type": "pong"}:
            pass


def test_a_flood_closes_its_own_line_only(server: Server, tab: Callable[[], Line]) -> None:
    """Too many messages are answered once with rate_limited, then the line closes with 1008; others do not notice."""
    alice, calm, flooding = Person.enters(server.registry, "Alice"), tab(), tab()
    calm.says(hello(alice))
    for _ in range(MESSAGES.at_once + 1):
        flooding.connection.send('{"type": "ping"}')
    answers = [flooding.hears() for _ in range(MESSAGES.at_once + 1)]
    assert answers[:-1] == [{"type": "pong"}] * MESSAGES.at_once
    assert answers[-1]["code"] == "rate_limited"
    with pytest.raises(ConnectionClosedError) as caught:
        flooding.hears()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1008
    alice.opens_room()
    assert calm.hears() == {"type": "changed", "version": alice.view.version}


def test_a_line_that_has_closed_takes_its_promise_back(server: Server) -> None:
    """A tab that is closed is not waited for: its session says that it has gone. Where another line is open, as after a
    change of the network, the promise holds."""
    alice = Person.enters(server.registry, "Alice")

    def lines() -> int:
        return sum(conversation.who == alice.id for conversation in server.signaling._lines)

    with server.line() as connection:
        with server.line() as before:
            for line in (Line(before), Line(connection)):
                line.says(hello(alice))
                line.says('{"type": "ping", "again": 60}')
            server.registry.detach(alice.seat)
        waits_until(lambda: lines() == 1)
        assert alice.me.connected
    waits_until(lambda: not alice.me.connected)


def waits_until(happens: Callable[[], bool]) -> None:
    for _ in range(100):
        if happens():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def test_an_error_of_ours_ends_one_line(
    server: Server, tab: Callable[[], Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tab connects again; a line that goes on and never rings would be worse. Others do not notice."""
    alice, bob = Person.enters(server.registry, "Alice"), Person.enters(server.registry, "Bob")
    lines = {person.id: tab() for person in (alice, bob)}
    for person in (alice, bob):
        lines[person.id].says(hello(person))
    news = Conversation.news

    def fails_for_alice(line: Conversation) -> Iterator[Payload]:
        if line.who == alice.id:
            raise KeyError("an error of ours")
        return news(line)

    monkeypatch.setattr(Conversation, "news", fails_for_alice)
    alice.calls(bob)
    with pytest.raises(ConnectionClosed):
        lines[alice.id].hears()
    assert lines[bob.id].hears()["type"] == "changed"


def test_a_line_that_has_closed_is_forgotten() -> None:
    """Nothing of a tab stays behind, and a change after the server's end is no error."""
    with serving() as server:
        alice = Person.enters(server.registry, "Alice")
        for _ in range(3):
            with server.line() as connection:
                Line(connection).says(hello(alice))
    assert server.signaling._lines == {}
    alice.leaves()
    assert server.registry.snapshot().people == ()

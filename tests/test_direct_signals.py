"""What browsers in a direct call say to each other over /signal: read, limited, handed on, or refused by name."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.allowance import Allowances
from calls.direct_signals import KINDS, Report, Signal, read
from calls.errors import RateLimitError, SignalError
from calls.limits import CANDIDATE_LENGTH, CANDIDATES, MESSAGE_BYTES, MESSAGES, SIGNAL_SDP
from calls.paths import DirectState, MediaPath
from calls.registry import Registry
from calls.signaling import Conversation, Payload, parse
from tests.people import FakeClock, Person, connect

CANDIDATE = {
    "candidate": "candidate:1 1 udp 1 192.0.2.1 5000 typ host",
    "sdpMid": "0",
    "sdpMLineIndex": 0,
    "usernameFragment": "abcd",
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
almost = st.fixed_dictionaries(
    {"type": st.sampled_from([*KINDS, "state"])},
    optional={
        "call": st.text() | json_values,
        "sdp": st.text() | json_values,
        "candidates": st.lists(json_values | st.fixed_dictionaries({"candidate": json_values}), max_size=3),
        "state": st.sampled_from(["up", "failed", "restart", "down"]) | json_values,
    },
)


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ({"type": "offer", "call": "c", "sdp": "v=0"}, Signal("offer", "c", {"sdp": "v=0"})),
        ({"type": "answer", "call": "c", "sdp": "v=0", "more": 1}, Signal("answer", "c", {"sdp": "v=0"})),
        (
            {"type": "candidate", "call": "c", "candidates": [CANDIDATE | {"x": 1}]},
            Signal("candidate", "c", {"candidates": [CANDIDATE]}),
        ),
        ({"type": "candidate", "call": "c", "candidates": []}, Signal("candidate", "c", {"candidates": []})),
        ({"type": "hangup", "call": "c"}, Signal("hangup", "c", {})),
        *(({"type": "state", "call": "c", "state": str(state)}, Report("c", state)) for state in DirectState),
        ({"type": "ping"}, None),
        ({}, None),
    ],
)
def test_a_signal_is_read(message: Payload, meant: Signal | Report | None) -> None:
    """Members that are not known reach nobody."""
    assert read(message) == meant


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("offer", {"sdp": "x" * SIGNAL_SDP}),
        ("candidate", {"candidates": [CANDIDATE] * CANDIDATES}),
        ("candidate", {"candidates": [CANDIDATE | {"candidate": "x" * CANDIDATE_LENGTH, "sdpMLineIndex": 65_535}]}),
    ],
)
def test_what_is_just_small_enough_is_read(kind: str, content: Payload) -> None:
    """All of it: the limits name the most that is taken."""
    assert read({"type": kind, "call": "c", **content}) == Signal(kind, "c", content)


def test_no_line_has_a_number_of_more_than_16_bits() -> None:
    """A member of a wrong kind is left out."""
    signal = read({"type": "candidate", "call": "c", "candidates": [CANDIDATE | {"sdpMLineIndex": 65_536}]})
    assert signal == Signal("candidate", "c", {"candidates": [CANDIDATE | {"sdpMLineIndex": None}]})


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "offer", "call": "c"}, "malformed"),
        ({"type": "offer", "sdp": "v=0"}, "malformed"),
        ({"type": "answer", "call": 1, "sdp": "v=0"}, "malformed"),
        ({"type": "candidate", "call": "c", "candidates": {}}, "malformed"),
        ({"type": "candidate", "call": "c", "candidates": [{}]}, "malformed"),
        ({"type": "candidate", "call": "c", "candidates": ["a"]}, "malformed"),
        ({"type": "hangup"}, "malformed"),
        ({"type": "state", "call": "c", "state": "dancing"}, "malformed"),
        ({"type": "offer", "call": "c", "sdp": "x" * (SIGNAL_SDP + 1)}, "too_large"),
        ({"type": "candidate", "call": "c", "candidates": [CANDIDATE] * (CANDIDATES + 1)}, "too_large"),
        ({"type": "candidate", "call": "c", "candidates": [{"candidate": "x" * (CANDIDATE_LENGTH + 1)}]}, "too_large"),
    ],
)
def test_what_is_no_signal_is_refused(message: Payload, code: str) -> None:
    """Each by its code, and with a sentence for who reads a log."""
    with pytest.raises(SignalError, match=r"^[A-Z].*\.$") as caught:
        parse(json.dumps(message))
    assert caught.value.code == code


@given(almost)
def test_anything_is_read_or_refused(message: Payload) -> None:
    """What is read can be sent on, and is no larger than a message may be."""
    try:
        found: object = read(message)
    except SignalError as error:
        found = error.code
    short = isinstance(found, Signal) and len(json.dumps(found.payload())) < MESSAGE_BYTES
    assert short or isinstance(found, Report) or found in {"malformed", "too_large"}


@given(
    st.fixed_dictionaries({"candidate": st.just("c")}, optional={"sdpMid": json_values, "sdpMLineIndex": json_values})
)
def test_a_candidate_is_what_browsers_take(found: Payload) -> None:
    """A member of a wrong kind is left out, because the other browser would throw at it."""
    signal = read({"type": "candidate", "call": "c", "candidates": [found]})
    assert isinstance(signal, Signal)
    (candidate,) = signal.content["candidates"]
    assert candidate["sdpMid"] is None or isinstance(candidate["sdpMid"], str)
    assert candidate["sdpMLineIndex"] is None or 0 <= candidate["sdpMLineIndex"] < 65536


# Handed on


class Lines:
    """Lines of some people, and what each of them got from the others."""

    def __init__(self, registry: Registry, *people: Person) -> None:
        self.got: dict[str, list[Payload]] = {person.id: [] for person in people}
        self._lines = {person.id: self.line(registry, person) for person in people}

    def line(self, registry: Registry, person: Person) -> Conversation:
        conversation = Conversation(
            registry, Allowances(FakeClock()), lambda who, payload: self.got[who].append(payload)
        )
        conversation.answer(json.dumps({"type": "hello", "token": person.seat.token}))
        return conversation

    def say(self, person: Person, **message: Any) -> Payload:
        return self._lines[person.id].answer(json.dumps(message))


@pytest.fixture
def lines(registry: Registry, alice: Person, bob: Person, carol: Person) -> Lines:
    return Lines(registry, alice, bob, carol)


@pytest.fixture
def call(registry: Registry, alice: Person, bob: Person) -> str:
    """The id of the direct call that Alice has asked Bob for."""
    connect(alice, bob)
    registry.choose_path(alice.id, MediaPath.DIRECT)
    assert alice.view.room is not None
    assert alice.view.room.direct is not None
    return alice.view.room.direct.id


def test_the_other_one_gets_it(lines: Lines, alice: Person, bob: Person, carol: Person, call: str) -> None:
    """Nobody else does, and who said it has a short answer."""
    assert lines.say(alice, type="offer", call=call, sdp="v=0", secret="x") == {"type": "ok"}
    assert lines.say(bob, type="answer", call=call, sdp="v=1") == {"type": "ok"}
    assert lines.got[bob.id] == [{"type": "offer", "call": call, "sdp": "v=0"}]
    assert lines.got[alice.id] == [{"type": "answer", "call": call, "sdp": "v=1"}]
    assert lines.got[carol.id] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_stranger_is_refused(lines: Lines, carol: Person, alice: Person, bob: Person, call: str, kind: str) -> None:
    """Also one who knows the id; nobody hears of it."""
    content = {"sdp": "v=0", "candidates": [CANDIDATE]}
    answer = lines.say(carol, type=kind, call=call, **content)
    assert (answer["type"], answer["code"]) == ("error", "not_in_call")
    assert lines.got[alice.id] == lines.got[bob.id] == []


def test_what_is_late_is_refused(lines: Lines, registry: Registry, alice: Person, bob: Person, call: str) -> None:
    """A candidate of an attempt that is over does not reach the next one."""
    registry.choose_path(bob.id, MediaPath.SERVER)
    registry.choose_path(bob.id, MediaPath.DIRECT)
    assert lines.say(alice, type="candidate", call=call, candidates=[CANDIDATE])["code"] == "not_in_call"
    assert lines.say(alice, type="state", call=call, state="up")["code"] == "not_in_call"
    assert lines.got[bob.id] == []


def test_without_a_hello_there_is_no_call(registry: Registry, call: str) -> None:
    """A line that has not said who it is speaks for nobody."""
    silent = Conversation(registry, Allowances(FakeClock()))
    assert silent.answer(json.dumps({"type": "hangup", "call": call}))["code"] == "not_in_call"


def test_a_page_that_comes_later_gets_the_offer(lines: Lines, registry: Registry, alice: Person, bob: Person) -> None:
    """With its hello, while it rings: a reload then loses nothing."""
    registry.call(alice.id, bob.id, direct=True)
    assert alice.view.room is not None
    assert alice.view.room.direct is not None
    call = alice.view.room.direct.id
    lines.say(alice, type="offer", call=call, sdp="v=0")
    lines.got[bob.id].clear()
    lines.line(registry, bob)
    assert lines.got[bob.id] == [{"type": "offer", "call": call, "sdp": "v=0"}]


def test_a_flood_is_refused(lines: Lines, alice: Person, bob: Person, call: str) -> None:
    """Signals count as every message does, and what is above the rate reaches nobody."""
    for _ in range(MESSAGES.at_once - 1):  # the hello was the first
        assert lines.say(alice, type="candidate", call=call, candidates=[CANDIDATE]) == {"type": "ok"}
    with pytest.raises(RateLimitError):
        lines.say(alice, type="candidate", call=call, candidates=[CANDIDATE])
    assert len(lines.got[bob.id]) == MESSAGES.at_once - 1

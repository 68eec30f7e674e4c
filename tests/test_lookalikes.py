"""Names that look the same are the same name, as far as telling people apart goes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.lookalikes import marks_as_own, skeleton
from calls.registry import Registry
from calls.unseen import SHAPERS
from tests.people import Person

ALICES = [
    "Alice",
    "alice",
    "\u0410lice",  # Cyrillic
    "\u0391lice",  # Greek
    "Al\u200dice",  # a joiner
    "Alice\ufe0f",  # a variation selector
    "Al\u180bice",
    "\U0001d400lice",  # mathematical
    "\uff21\uff4c\uff49\uff43\uff45",  # full width
    "A1ice",
    "AIice",
]
names = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40)


@pytest.mark.parametrize("name", ALICES)
def test_a_second_alice_has_a_number(registry: Registry, name: str) -> None:
    """In whichever letters, and with whatever is not to be seen in it; who was here first keeps the name."""
    first, second = Person.enters(registry, "Alice"), Person.enters(registry, name)
    assert first.me.name == "Alice"
    assert second.me.name == f"{unicodedata.normalize('NFC', name)} 2"


@pytest.mark.parametrize(
    ("one", "other"), [("Ann", "Anna"), ("Jose", "Jos\u00e9"), ("\u0418\u0432\u0430\u043d", "Ivan"), ("Bob 2", "Bob 3")]
)
def test_names_that_look_different_are(registry: Registry, one: str, other: str) -> None:
    """Nobody is given a number because of a name that one can tell apart."""
    assert [Person.enters(registry, name).me.name for name in (one, other)] == [one, other]


def test_two_letters_may_look_like_one() -> None:
    """As r and n, which stand for an m."""
    assert skeleton("Modern") == skeleton("Modem")


@given(names, st.lists(st.tuples(st.integers(0, 40), st.sampled_from(SHAPERS)), max_size=5))
def test_what_is_not_seen_makes_no_difference(name: str, unseen: list[tuple[int, str]]) -> None:
    """Wherever it is put, and however often; and looking twice changes nothing."""
    hidden = name
    for at, character in unseen:
        hidden = hidden[:at] + character + hidden[at:]
    assert skeleton(hidden) == skeleton(name.translate(dict.fromkeys(map(ord, SHAPERS))))
    assert skeleton(skeleton(name)) == skeleton(name)


@given(st.lists(st.sampled_from(ALICES), min_size=2, max_size=8))
def test_nobody_here_can_be_taken_for_somebody_else(arrivals: list[str]) -> None:
    """However many come in under names that look the same, no two of them do afterwards."""
    registry = Registry()
    seen = [skeleton(Person.enters(registry, name).me.name) for name in arrivals]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "name", ["Bob (you)", "Bob (YOU)", "Bob ( you )", "Bob (\u0443\u043eu)", "\uff08you\uff09 Bob", "You", "y\u043eu"]
)
def test_a_name_that_says_it_is_ones_own(name: str) -> None:
    """In the roster, (you) is behind one's own name alone."""
    assert marks_as_own(name)


@pytest.mark.parametrize("name", ["Youssef", "Ann You", "Young", "Bob (Yorkshire)", "Thank you"])
def test_a_name_that_only_has_those_letters(name: str) -> None:
    """Names like these are names."""
    assert not marks_as_own(name)

"""Who is here, told in small changes: whoever adds them up has what is true, however long they have waited."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from calls import limits
from calls.presence import People, Person, Presence
from calls.rooms import Participant
from calls.states import Status

ANN = Participant("a", "Ann", 0.0)
BEN = Participant("b", "Ben", 0.0)


class Reader:
    """A page that adds up what it is told, when it gets to it."""

    def __init__(self) -> None:
        self.version: int | None = None
        self.here: dict[str, Person] = {}

    def hears(self, people: People) -> None:
        kept = {} if people.since is None else self.here
        self.here = {who: person for who, person in (kept | dict(people.here)).items() if who not in people.gone}
        self.version = people.version


def test_one_who_comes_is_all_that_is_told() -> None:
    """Not who was there before, and nothing twice."""
    presence = Presence()
    presence.put(ANN)
    before = presence.version
    presence.put(BEN)
    told = presence.since(before)
    assert (told.since, dict(told.here), told.gone) == (before, {"b": Person("Ben", Status.IDLE, connected=True)}, ())
    assert presence.since(told.version) == People(told.version, told.version, {})


def test_what_others_cannot_see_is_no_news() -> None:
    """A camera, a layout or a room is not for everybody; a status is."""
    presence = Presence()
    assert presence.put(ANN)
    before = presence.version
    assert not presence.put(replace(ANN, camera=True, room="abcd"))
    assert presence.version == before
    assert presence.put(replace(ANN, status=Status.IN_CALL, room="abcd"))


def test_what_is_known_is_not_told_again() -> None:
    """The one who came last before is known already."""
    presence = Presence()
    presence.put(ANN)
    presence.put(BEN)
    before = presence.version
    presence.put(replace(ANN, status=Status.IN_CALL))
    assert list(presence.since(before).here) == ["a"]


def test_who_leaves_is_gone() -> None:
    """Twice is no news."""
    presence = Presence()
    presence.put(ANN)
    before = presence.version
    presence.remove("a")
    presence.remove("a")
    assert presence.since(before) == People(before + 1, before, {}, ("a",))


def test_a_version_that_was_never_there_is_answered_in_full() -> None:
    """A page that has seen a server before its restart counts from nowhere."""
    presence = Presence()
    presence.put(ANN)
    for version in (-1, 17):
        assert presence.since(version) == presence.since(None)
        assert presence.since(version).since is None


def test_more_have_gone_than_are_remembered() -> None:
    """Who has missed them is told all there is; who has missed none of the forgotten is not."""
    presence = Presence()
    for number in range(limits.GONE_PEOPLE + 1):
        presence.put(replace(ANN, id=str(number)))
    before = presence.version
    for number in range(limits.GONE_PEOPLE + 1):
        presence.remove(str(number))
    assert presence.since(before).since is None
    assert presence.since(before + 1).since == before + 1
    assert len(presence.since(before + 1).gone) == limits.GONE_PEOPLE


COMING = st.tuples(st.just("put"), st.integers(0, 4), st.sampled_from(Status), st.booleans())
LEAVING = st.tuples(st.just("remove"), st.integers(0, 4))
HEARING = st.tuples(st.just("hears"), st.integers(0, 2))


@given(st.lists(COMING | LEAVING | HEARING, max_size=60))
def test_whoever_adds_it_up_has_all_of_it(steps: list[tuple[str, int] | tuple[str, int, Status, bool]]) -> None:
    """Each of three pages is told when it has time for it; in the end all have the same."""
    presence, readers = Presence(), [Reader() for _ in range(3)]
    for kind, number, *more in steps:
        if kind == "hears":
            readers[number].hears(presence.since(readers[number].version))
        elif kind == "remove":
            presence.remove(f"p{number}")
        else:
            status, connected = more
            presence.put(Participant(f"p{number}", f"P {number}", 0.0, status, connected=connected))  # type: ignore[arg-type]
    for reader in readers:
        reader.hears(presence.since(reader.version))
        assert reader.here == presence.since(None).here
        assert reader.version == presence.version

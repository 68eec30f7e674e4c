"""Who speaks: clearly louder than the others, and for a while, so that nothing flickers."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.media import speaker as module
from calls.media.speaker import AUDIBLE, LONG, LOUDER, SILENCE, Election, Speakers
from tests.tracks import Asked, Ticking, publish, tick

VOICE, QUIET = 25, 70  # -dBov


class Table:
    """People around a table, each heard every 20 ms."""

    def __init__(self) -> None:
        self.election, self.now = Election(), 1_000.0
        self.elected: list[str | None] = []

    def hears(self, seconds: float, **levels: int) -> float:
        """Everybody at these levels for so long. Returns after how long somebody else was elected, else infinity."""
        begin, when = self.now, float("inf")
        while self.now < begin + seconds:
            for who, level in levels.items():
                if self.election.hear(who, level, self.now):
                    self.elected.append(self.election.speaker)
                    when = min(when, self.now - begin)
            self.now += 0.02
        return when


@pytest.fixture
def table() -> Table:
    return Table()


def test_who_begins_to_speak_is_shown_soon(table: Table) -> None:
    """Within a second, and not before it has lasted."""
    when = table.hears(2, ada=VOICE, bob=QUIET, carol=SILENCE)
    assert LONG < when < 1
    assert table.elected == ["ada"]


def test_silence_elects_nobody(table: Table) -> None:
    """The hum of a room is no voice, and who spoke last stays."""
    table.hears(5, ada=round(AUDIBLE) + 5, bob=SILENCE)
    assert table.election.speaker is None
    table.hears(1, ada=VOICE, bob=SILENCE)
    table.hears(5, ada=SILENCE, bob=round(AUDIBLE) + 1)
    assert table.elected == ["ada"]


def test_the_word_goes_round(table: Table) -> None:
    """Each who speaks while the others are quiet is elected once."""
    for speaker in ("ada", "bob", "carol", "ada"):
        levels = dict.fromkeys(("ada", "bob", "carol"), QUIET) | {speaker: VOICE}
        assert table.hears(3, **levels) < 1.5
    assert table.elected == ["ada", "bob", "carol", "ada"]


def test_a_cough_is_no_speech(table: Table) -> None:
    """A fifth of a second of noise, however loud, changes nothing."""
    table.hears(2, ada=VOICE, bob=QUIET)
    for _ in range(10):
        table.hears(0.2, ada=VOICE, bob=5)
        table.hears(1, ada=VOICE, bob=QUIET)
    assert table.elected == ["ada"]


def test_two_who_speak_together_do_not_flicker(table: Table) -> None:
    """Whoever was first stays, while the other is louder by less than the margin."""
    table.hears(2, ada=VOICE, bob=QUIET)
    table.hears(10, ada=VOICE, bob=VOICE - round(LOUDER) + 1)
    assert table.elected == ["ada"]


def test_two_who_take_turns_quickly_do_not_flicker(table: Table) -> None:
    """Syllables of a tenth of a second in turns: one change at most."""
    table.hears(2, ada=VOICE, bob=QUIET)
    for _ in range(50):
        table.hears(0.1, ada=VOICE, bob=QUIET)
        table.hears(0.1, ada=QUIET, bob=VOICE)
    assert len(table.elected) <= 2


def test_who_is_gone_speaks_no_more(table: Table) -> None:
    """The next voice is elected however loud the last one was."""
    table.hears(2, ada=5, bob=QUIET)
    table.election.forget("ada")
    assert table.election.speaker is None
    assert table.hears(2, bob=40) < 1
    table.election.forget("nobody")
    assert table.elected == ["ada", "bob"]


def test_who_is_heard_no_more_speaks_no_more(table: Table) -> None:
    """A connection that has died sends no silence: its last loud word does not stand for ever."""
    table.hears(2, ada=15, bob=QUIET)
    assert table.hears(5, bob=30) < 2
    assert table.elected == ["ada", "bob"]


@given(st.lists(st.tuples(st.sampled_from(["ada", "bob", "carol"]), st.integers(0, SILENCE)), max_size=200))
def test_a_change_is_told_when_there_is_one(heard: list[tuple[str, int]]) -> None:
    """Whatever is heard: the answer is yes exactly when somebody else speaks."""
    election, now = Election(), 0.0
    for who, level in heard:
        before = election.speaker
        changed = election.hear(who, level, now)
        assert changed == (election.speaker != before)
        now += 0.05


# Listening


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    monkeypatch.setattr(module, "time", ticking)
    return ticking


def talk(clock: Ticking, levels: Mapping[Asked, int | None], seconds: float = 1.5) -> None:
    """These sources send sound of these levels."""
    for number in range(round(seconds * 50)):
        for source, level in levels.items():
            publish(source, tick(number, level=level))
        clock.advance(0.02)


def test_the_level_is_read_from_the_packets(clock: Ticking) -> None:
    """Whose source it is that is loud, is told; a packet that says nothing of its level is silent."""
    told: list[str] = []
    ada, bob, carol = (Asked("audio") for _ in range(3))
    speakers = Speakers(told.append)
    speakers.listen({ada: "ada", bob: "bob", carol: "carol"})
    talk(clock, {ada: QUIET, bob: VOICE, carol: None})
    talk(clock, {ada: QUIET, bob: QUIET, carol: VOICE})
    assert told == ["bob", "carol"]


def test_only_who_is_in_the_room_is_heard(clock: Ticking) -> None:
    """Who has gone is forgotten, who comes is heard, and at the end nobody is."""
    told: list[str] = []
    ada, bob = Asked("audio"), Asked("audio")
    speakers = Speakers(told.append)
    speakers.listen({ada: "ada"})
    talk(clock, {ada: 10, bob: VOICE})
    speakers.listen({bob: "bob"})
    talk(clock, {ada: 10, bob: VOICE})
    speakers.listen({})
    assert (told, ada.readers, bob.readers) == (["ada", "bob"], (), ())


def test_who_comes_back_on_another_connection_goes_on(clock: Ticking) -> None:
    """The person counts, not the source: nothing has to be elected anew."""
    told: list[str] = []
    before, after = Asked("audio"), Asked("audio")
    speakers = Speakers(told.append)
    for source in (before, after):
        speakers.listen({source: "ada"})
        talk(clock, {source: VOICE})
    assert (told, before.readers) == (["ada"], ())

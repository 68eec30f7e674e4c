"""How one viewer's pictures share what their line carries."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from calls.media.allotment import Allotment, Layers
from calls.media.source import Source
from tests.tracks import Asked

LARGE, SMALL = 1_000_000, 100_000


class Taking(Asked):
    """A source that takes so many bits per second."""

    def __init__(self, bitrate: int) -> None:
        super().__init__()
        self._rate = bitrate

    @property
    def bitrate(self) -> int:
        return self._rate


@dataclass
class Shown:
    """One picture that the viewer watches; `others` watch it, too."""

    layers: Layers = field(default_factory=lambda: Layers(Taking(LARGE), Taking(SMALL)))
    wants_large: bool = True
    others: bool = True
    source: Source | None = None
    bitrate: int | None = None

    def take(self, source: Source | None, bitrate: int | None) -> None:
        self.source, self.bitrate = source, bitrate

    def is_alone(self, source: Source) -> bool:
        return not self.others or source is self.layers.small

    @property
    def is_large(self) -> bool:
        return self.source is self.layers.large


def test_a_line_without_a_limit_carries_what_is_asked_for() -> None:
    """Large where it is shown large, and small where that is enough; what has no small layer is large."""
    shown = Shown(), Shown(wants_large=False), Shown(Layers(Taking(LARGE)), wants_large=False), Shown(Layers())
    Allotment(shown).divide()
    assert [each.is_large for each in shown[:3]] == [True, False, True]
    assert shown[1].source is shown[1].layers.small
    assert [each.bitrate for each in shown] == [None] * 4


def test_a_weak_viewer_takes_the_small_one_and_slows_nobody_down() -> None:
    """The sender of the large one is told nothing."""
    shown = Shown()
    allotment = Allotment([shown])
    allotment.limit(300_000)
    assert shown.source is shown.layers.small
    assert shown.bitrate == 300_000  # of the small one, which nobody else watches
    allotment.limit(int(1.2 * LARGE))
    assert shown.is_large
    assert shown.bitrate is None
    allotment.limit(int(0.95 * LARGE))  # a little less is no reason to change again
    assert shown.is_large


def test_who_is_alone_has_the_sender_make_less() -> None:
    """That looks better than the small one."""
    shown = Shown(others=False)
    Allotment([shown]).limit(300_000)
    assert (shown.is_large, shown.bitrate) == (True, 300_000)


def test_a_picture_in_one_size_is_made_less_for_all() -> None:
    """There is no other way: an effect makes one."""
    shown = Shown(Layers(Taking(LARGE)))
    Allotment([shown]).limit(300_000)
    assert (shown.is_large, shown.bitrate) == (True, 300_000)


def test_a_picture_in_one_size_is_never_left_out() -> None:
    """A screen beside two cameras, on a line that would carry neither: its sender makes less."""
    screen, shown = Shown(Layers(Taking(LARGE))), [Shown(), Shown()]
    Allotment([*shown, screen]).limit(3 * SMALL)
    assert [each.source is each.layers.small for each in shown] == [True, True]
    assert screen.is_large
    assert screen.bitrate is not None
    assert 0 < screen.bitrate <= 3 * SMALL


def test_what_there_is_goes_to_what_is_shown_large() -> None:
    """One large and two small ones; where there is less, the last ones are heard alone."""
    shown = [Shown(wants_large=False), Shown(), Shown()]
    allotment = Allotment(shown)
    allotment.limit(LARGE + 4 * SMALL)
    assert [each.is_large for each in shown] == [False, True, False]
    allotment.limit(2 * SMALL)
    assert [each.source is not None for each in shown] == [False, True, True]
    allotment.limit(10_000)
    assert [each.source is not None for each in shown] == [False, True, False]
    allotment.limit(None)
    assert [each.is_large for each in shown] == [False, True, True]


@given(
    pictures=st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(0, 200_000), st.booleans(), st.booleans())),
    limit=st.none() | st.integers(0, 20_000_000),
)
def test_whatever_the_line_carries_one_picture_is_shown(
    pictures: list[tuple[int, int, bool, bool]], limit: int | None
) -> None:
    """And no large one is taken that others watch and the line is too weak for."""
    shown = [
        Shown(Layers(Taking(large), Taking(small)), wants_large=wants, others=others)
        for large, small, wants, others in pictures
    ]
    Allotment(shown).limit(limit)
    assert all(each.source in (each.layers.large, each.layers.small, None) for each in shown)
    assert not shown or any(each.source for each in shown)
    assert limit is not None or all(each.source for each in shown)
    large = sum(each.source.bitrate for each in shown if each.source and each.is_large and each.others)
    assert limit is None or large <= max(limit, 0) + 2 * sum(
        each.layers.small.bitrate for each in shown if each.layers.small
    )

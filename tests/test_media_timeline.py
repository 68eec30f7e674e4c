"""When frames were made, told from when they came: the shortest delay counts, and it is forgotten slowly."""

from hypothesis import given
from hypothesis import strategies as st

from calls.media.timeline import CREEP, Timeline

RATE = 90_000
FRAME = RATE // 30


def test_the_first_frame_is_made_when_it_comes() -> None:
    """Nothing better is known."""
    assert Timeline(RATE).place(12_345, 1_000.0) == 1_000.0


@given(
    start=st.integers(0, 2**33),
    rate=st.sampled_from([90_000, 48_000]),
    delays=st.lists(st.floats(0, 0.4), min_size=1, max_size=60),
)
def test_frames_are_as_far_apart_as_they_were_taken(start: int, rate: int, delays: list[float]) -> None:
    """After one that was punctual, however unevenly the others arrive, give or take the creep."""
    timeline, frames = Timeline(rate), [0.0, *delays]
    for number, delay in enumerate(frames):
        made = 1_000 + number / 30
        placed = timeline.place(start + round(number * rate / 30), made + delay)
        assert -1 / rate <= placed - made <= CREEP * (number / 30 + 0.4) + 1 / rate


@given(st.lists(st.floats(0, 2), min_size=1, max_size=40))
def test_nothing_is_made_after_it_came(delays: list[float]) -> None:
    """Whatever the delays are."""
    timeline = Timeline(RATE)
    for number, delay in enumerate(delays):
        came = 1_000 + number / 30 + delay
        assert timeline.place(number * FRAME, came) <= came + 1e-6


def test_a_shorter_delay_is_believed_at_once() -> None:
    """The first frame waited; the next ones tell by how much."""
    timeline = Timeline(RATE)
    timeline.place(0, 1_000.5)
    assert abs(timeline.place(FRAME, 1_000 + 1 / 30) - (1_000 + 1 / 30)) < 1e-6


def test_a_clock_that_is_slow_is_followed() -> None:
    """A sender's clock that loses 0.5 ms each second is never more than a frame behind."""
    timeline = Timeline(RATE)
    for second in range(3_600):
        placed = timeline.place(round(second * (1 - 0.0005) * RATE), 1_000.0 + second)
        assert abs(placed - 1_000 - second) < 0.001


def test_a_clock_that_is_fast_is_followed() -> None:
    """The other way round."""
    timeline = Timeline(RATE)
    for second in range(3_600):
        placed = timeline.place(round(second * (1 + 0.0005) * RATE), 1_000.0 + second)
        assert abs(placed - 1_000 - second) < 0.001

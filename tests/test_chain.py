"""The chain: chosen effects in their order, and a call that goes on whatever they do."""

import logging
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from av import VideoFrame

from calls.effects import EFFECTS, Context, effect
from calls.effects.chain import Chain, Choice
from calls.effects.registry import Image
from calls.errors import EffectError
from tests.tracks import VIDEO_CLOCK

BROKEN = "Broken"


@pytest.fixture
def chain() -> Chain:
    return Chain("Ada")


@pytest.fixture(params=["raises", "returns the wrong form", "returns nothing"])
def broken(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of an effect that fails, in one of the ways in which an effect can."""
    ways: dict[str, Callable[[Image], object]] = {
        "raises": lambda _: 1 / 0,
        "returns the wrong form": lambda image: image[1:],
        "returns nothing": lambda _: None,
    }

    @effect(BROKEN)
    def fails(image: Image) -> Image:
        return ways[request.param](image)  # type: ignore[return-value]

    yield BROKEN
    del EFFECTS[BROKEN]


def image(seed: int = 0, height: int = 48, width: int = 64) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def frame(of: Image, pts: int = 4_711) -> VideoFrame:
    made = VideoFrame.from_ndarray(of, format="bgr24")
    made.pts, made.time_base = pts, VIDEO_CLOCK
    return made


def pixels(of: VideoFrame) -> Image:
    return np.asarray(of.to_ndarray(format="bgr24"), dtype=np.uint8)


def applied(name: str, to: Image) -> Image:
    return EFFECTS[name].apply(to, EFFECTS[name].defaults(), Context("Ada"))


def test_without_effects_the_frame_is_handed_through(chain: Chain) -> None:
    """The same object: nobody pays for what nobody chose."""
    original = frame(image())
    assert chain(original) is original


def test_a_frame_keeps_its_time(chain: Chain) -> None:
    """Lip sync depends on it."""
    chain.choose([Choice("Mirror")])
    changed = chain(frame(image(), pts=123))
    assert (changed.pts, changed.time_base) == (123, VIDEO_CLOCK)
    assert np.array_equal(pixels(changed), image()[:, ::-1])


@pytest.mark.parametrize("size", [(240, 320), (135, 240), (9, 17), (720, 1280)])
def test_a_decoded_frame_of_any_size_goes_through(chain: Chain, size: tuple[int, int]) -> None:
    """What a decoder hands over is YUV, at times with odd sides; it comes out as large as it went in."""
    chain.choose([Choice("Mirror"), Choice("Grayscale")])
    decoded = frame(image(0, *size)).reformat(format="yuv420p")
    changed = chain(decoded)
    assert (changed.height, changed.width) == size


def test_effects_are_applied_in_their_order(chain: Chain) -> None:
    """Edges of squares are not squares of edges."""
    results = []
    for first, second in (("Pixelate", "Edges"), ("Edges", "Pixelate")):
        chain.choose([Choice(first), Choice(second)])
        results.append(pixels(chain(frame(image()))))
        assert np.array_equal(results[-1], applied(second, applied(first, image())))
    assert not np.array_equal(results[0], results[1])


def test_the_name_is_that_of_the_moment(chain: Chain) -> None:
    """Who is renamed has the new name in the next frame."""
    chain.choose([Choice("Name tag")])
    before = pixels(chain(frame(image())))
    chain.name = "Grace"
    assert not np.array_equal(pixels(chain(frame(image()))), before)


# Choosing


def test_a_choice_is_completed(chain: Chain) -> None:
    """What is not set is at its default, and what is set counts."""
    chain.choose([Choice("Blur"), Choice("Edges", {"detail": 9})])
    assert chain.active == (Choice("Blur", {"strength": 12}), Choice("Edges", {"detail": 9}))
    mild, strong = (Choice("Blur", {"strength": strength}) for strength in (1, 40))
    contrasts = []
    for choice in (mild, strong):
        chain.choose([choice])
        contrasts.append(float(pixels(chain(frame(image()))).std()))
    assert contrasts[0] > contrasts[1]


def test_an_effect_can_be_taken_off(chain: Chain) -> None:
    """From the next frame on."""
    chain.choose([Choice("Mirror")])
    chain.choose([])
    original = frame(image())
    assert chain(original) is original


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice("Sparkle"), "There is no effect 'Sparkle'"),
        (Choice("mirror"), "There is no effect 'mirror'"),
        (Choice("Mirror", {"angle": 1}), "Mirror has no parameter angle"),
        (Choice("Blur", {"size": 1, "depth": 1}), "Blur has no parameter depth, size"),
        (Choice("Blur", {"strength": 41}), "Blur strength is from 1 to 40, not 41"),
        (Choice("Blur", {"strength": 0}), "Blur strength is from 1 to 40, not 0"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(chain: Chain, choice: Choice, message: str) -> None:
    """What is unknown or beyond a slider raises, and all that was chosen before goes on."""
    chain.choose([Choice("Mirror")])
    before = chain.active
    with pytest.raises(EffectError, match=message):
        chain.choose([Choice("Grayscale"), choice])
    assert chain.active == before
    assert np.array_equal(pixels(chain(frame(image()))), image()[:, ::-1])


# Failing


def test_an_effect_that_fails_is_switched_off(chain: Chain, broken: str, caplog: pytest.LogCaptureFixture) -> None:
    """The frame goes on with what the other effects made of it, the person is told which one it was, the log has the
    cause once, and the next frames do without."""
    chain.choose([Choice("Mirror"), Choice(broken), Choice("Grayscale")])
    with caplog.at_level(logging.ERROR):
        results = [chain(frame(image(seed), pts=seed)) for seed in range(3)]
    for seed, result in enumerate(results):
        assert np.array_equal(pixels(result), applied("Grayscale", applied("Mirror", image(seed))))
        assert result.pts == seed
    assert [choice.effect for choice in chain.active] == ["Mirror", "Grayscale"]
    assert chain.failure == "The effect Broken failed and was switched off."
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_an_effect_that_failed_alone_leaves_the_frame(chain: Chain, broken: str) -> None:
    """The picture is as the camera took it, and from the next one on nothing is done at all."""
    chain.choose([Choice(broken)])
    assert np.array_equal(pixels(chain(frame(image()))), image())
    later = frame(image(1))
    assert chain(later) is later


def test_all_effects_are_given_up(chain: Chain) -> None:
    """When the picture is too large for them, say: the person is told once, and another choice begins again."""
    changes: list[int] = []
    chain._changed = lambda: changes.append(1)
    chain.choose([Choice("Mirror")])
    for _ in range(3):
        chain.give_up("Too large.")
    assert (chain.active, chain.failure, len(changes)) == ((), "Too large.", 2)
    chain.choose([Choice("Edges")])
    assert chain.failure is None
    assert chain.active


def test_another_choice_clears_the_failure(chain: Chain, broken: str) -> None:
    """The message is about what was chosen; a refused choice leaves it."""
    chain.choose([Choice(broken)])
    chain(frame(image()))
    with pytest.raises(EffectError):
        chain.choose([Choice("Sparkle")])
    assert chain.failure is not None
    chain.choose([Choice("Mirror")])
    assert chain.failure is None


def test_one_persons_failure_is_nobody_elses(broken: str) -> None:
    """Each chain has its own choice and its own message."""
    mine, theirs = Chain("Ada"), Chain("Bob")
    for chain in (mine, theirs):
        chain.choose([Choice(broken)])
    mine(frame(image()))
    assert (mine.failure is None, theirs.failure, len(theirs.active)) == (False, None, 1)

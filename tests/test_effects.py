"""The effects: each keeps the picture's form, leaves its input alone, and does what it says."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.effects import EFFECTS, Context, Effect, Slider, effect
from calls.effects.registry import Image
from calls.errors import EffectError

SIZES = [(1, 1), (1, 9), (9, 1), (17, 9), (135, 241), (240, 320), (720, 1280)]  # height, width
PERSON = Context("Ada Lovelace")

every_effect = pytest.mark.parametrize("name", list(EFFECTS))


@pytest.fixture(autouse=True)
def _registered_for_one_test() -> Iterator[None]:
    """What a test registers is gone after it."""
    before = dict(EFFECTS)
    yield
    EFFECTS.clear()
    EFFECTS.update(before)


def noise(height: int, width: int, seed: int = 0) -> Image:
    """A picture that no effect leaves as it is."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def flat(*colour: int, height: int = 48, width: int = 64) -> Image:
    """A picture of one colour: blue, green, red."""
    return np.full((height, width, 3), colour, dtype=np.uint8)


def halves(height: int = 48, width: int = 64) -> Image:
    """Black on the left, white on the right."""
    image = flat(0, 0, 0, height=height, width=width)
    image[:, width // 2 :] = 255
    return image


def apply(name: str, image: Image, context: Context = PERSON, **parameters: int) -> Image:
    return EFFECTS[name].apply(image, EFFECTS[name].defaults() | parameters, context)


# Every effect


def test_there_are_effects() -> None:
    """The tests below run over the effects that are registered: these at least."""
    assert EFFECTS.keys() >= {"Mirror", "Grayscale", "Blur", "Pixelate", "Sepia", "Edges", "Cartoon", "Low light"}
    assert "Name tag" in EFFECTS


@every_effect
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[1]}x{size[0]}")
def test_a_picture_of_any_size_keeps_its_form(name: str, size: tuple[int, int]) -> None:
    """As many pixels of the same type come out, and the input, which others may be looking at, is as it was."""
    image = noise(*size)
    before = image.copy()
    result = apply(name, image)
    assert (result.shape, result.dtype) == (image.shape, image.dtype)
    assert np.array_equal(image, before)


@every_effect
def test_an_effect_changes_the_picture(name: str) -> None:
    """Whoever chooses it sees that it is on."""
    image = noise(120, 160)
    assert not np.array_equal(apply(name, image), image)


@every_effect
def test_an_effect_may_not_write_into_its_input(name: str) -> None:
    """It works on a picture that cannot be written to at all."""
    image = noise(48, 64)
    image.flags.writeable = False
    apply(name, image)


@settings(max_examples=60)
@given(data=st.data(), height=st.integers(1, 70), width=st.integers(1, 70), seed=st.integers(0, 9))
def test_any_setting_of_the_sliders_works(data: st.DataObject, height: int, width: int, seed: int) -> None:
    """Every value that a slider allows, on pictures of any size, and twice the same gives the same."""
    chosen = EFFECTS[data.draw(st.sampled_from(sorted(EFFECTS)))]
    parameters = {name: data.draw(st.integers(slider.low, slider.high)) for name, slider in chosen.sliders.items()}
    image = noise(height, width, seed)
    result = chosen.apply(image, parameters, PERSON)
    assert (result.shape, result.dtype) == (image.shape, image.dtype)
    assert np.array_equal(chosen.apply(image, parameters, PERSON), result)


@every_effect
def test_sliders_start_within_their_range(name: str) -> None:
    """A default that the slider cannot show would be refused as soon as it is drawn."""
    for parameter, slider in EFFECTS[name].sliders.items():
        assert slider.low < slider.high
        assert slider.check(parameter, slider.default) == slider.default


# Each effect


@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 9))
def test_mirror_swaps_left_and_right(height: int, width: int, seed: int) -> None:
    """The first column is the last one, and a mirror's mirror is the picture itself."""
    image = noise(height, width, seed)
    mirrored = apply("Mirror", image)
    assert np.array_equal(mirrored[:, 0], image[:, -1])
    assert np.array_equal(apply("Mirror", mirrored), image)


def test_grayscale_keeps_the_luma_alone() -> None:
    """Three equal channels; blue is darker than red, and red than green (BT.601)."""
    gray = apply("Grayscale", noise(48, 64))
    assert np.array_equal(gray[..., 0], gray[..., 1])
    assert np.array_equal(gray[..., 1], gray[..., 2])
    colours = (flat(255, 0, 0), flat(0, 255, 0), flat(0, 0, 255))
    assert [int(apply("Grayscale", colour)[0, 0, 0]) for colour in colours] == [29, 150, 76]


def test_blur_smooths_more_the_stronger_it_is() -> None:
    """The contrast falls with the strength while the brightness stays; one colour has nothing to smooth."""
    image = noise(120, 160)
    contrasts = [float(apply("Blur", image, strength=strength).std()) for strength in (1, 5, 40)]
    assert float(image.std()) > contrasts[0] > contrasts[1] > contrasts[2]
    assert float(apply("Blur", image, strength=5).mean()) == pytest.approx(float(image.mean()), abs=2)
    assert np.array_equal(apply("Blur", flat(10, 20, 30)), flat(10, 20, 30))


@pytest.mark.parametrize("size", [2, 8, 16])
def test_pixelate_makes_squares_of_the_mean_colour(size: int) -> None:
    """Every square has one colour, the mean of what was there."""
    image = noise(48, 64)
    result = apply("Pixelate", image, size=size)
    squares = result.reshape(48 // size, size, 64 // size, size, 3)
    assert np.array_equal(squares, np.broadcast_to(squares[:, :1, :, :1], squares.shape))
    mean = image[:size, :size].reshape(-1, 3).mean(axis=0)
    assert np.allclose(result[0, 0], mean, atol=1)


def test_sepia_is_brown() -> None:
    """Gray becomes warm: more red than green, more green than blue; black stays black."""
    blue, green, red = (int(value) for value in apply("Sepia", flat(128, 128, 128))[0, 0])
    assert red > green > blue
    assert np.array_equal(apply("Sepia", flat(0, 0, 0)), flat(0, 0, 0))


def test_edges_are_white_on_black() -> None:
    """One line where black meets white, nothing on a wall of one colour, and no fewer lines for more detail."""
    assert not apply("Edges", flat(90, 90, 90)).any()
    lines = apply("Edges", halves())
    assert set(np.unique(lines)) == {0, 255}
    assert set(np.unique(np.nonzero(lines)[1])) <= {30, 31, 32, 33}
    soft = apply("Blur", noise(120, 160), strength=2)
    counts = [np.count_nonzero(apply("Edges", soft, detail=detail)) for detail in range(1, 11)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize("colours", [3, 6, 12])
def test_cartoon_has_few_colours(colours: int) -> None:
    """Each channel has no more shades than were asked for."""
    result = apply("Cartoon", noise(120, 160), colours=colours)
    assert all(len(np.unique(result[..., channel])) <= colours for channel in range(3))


def test_cartoon_draws_outlines() -> None:
    """Where two grays meet, the darker side is black; away from there it keeps its shade."""
    image = flat(100, 100, 100)
    image[:, 32:] = 200
    result = apply("Cartoon", image)
    assert not result[:, 31].any()
    assert result[:, 10].all()
    assert result[:, 50].all()


def test_low_light_lifts_the_shadows() -> None:
    """A dark picture becomes brighter and richer in contrast, the more the stronger, and keeps its colour."""
    dark = np.zeros((96, 128, 3), dtype=np.uint8)
    dark[..., 2] = np.linspace(5, 40, 128, dtype=np.uint8)
    results = [apply("Low light", dark, strength=strength) for strength in (1, 3, 8)]
    levels = [float(result.mean()) for result in (dark, *results)]
    assert levels == sorted(levels)
    assert levels[-1] > 2 * levels[0]
    assert results[-1][..., 2].std() > dark[..., 2].std()
    assert (results[-1][..., 2] >= results[-1][..., 0]).all()


def test_the_name_tag_is_in_the_lower_left() -> None:
    """A fourteenth of the height, as wide as the name; the rest of the picture is untouched."""
    image = noise(280, 320)
    changed = (apply("Name tag", image) != image).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert (int(rows.min()), int(rows.max()), int(columns.min())) == (260, 279, 0)
    assert int(columns.max()) < 319


@pytest.mark.parametrize(
    "name", ["", "x", "W" * 40, "Ада", "\u5c71\u7530", "\u0645\u06cc", "\U0001f469\u200d\U0001f467", "%s {} <b>"]
)
def test_any_name_can_be_on_the_tag(name: str) -> None:
    """Whatever a person may be called, and however long, the picture keeps its form."""
    for size in SIZES:
        assert apply("Name tag", noise(*size), Context(name)).shape == (*size, 3)


def test_names_look_different() -> None:
    """The tag shows the name, and not only that there is one."""
    image = flat(0, 0, 0, height=280, width=320)
    tags = [apply("Name tag", image, Context(name)) for name in ("Ada", "Bob", "\u0410\u0434\u0430")]
    assert not np.array_equal(tags[0], tags[1])
    assert not np.array_equal(tags[0], tags[2])


# Registering


def test_an_effect_is_one_function_and_one_line() -> None:
    """What is decorated is registered with its sliders, and can still be called as it is."""

    @effect("Negative", depth=Slider(0, 255, default=255))
    def negative(image: Image, depth: int) -> Image:
        return np.asarray(depth - image, dtype=np.uint8)

    assert list(EFFECTS)[-1] == "Negative"
    assert EFFECTS["Negative"].defaults() == {"depth": 255}
    assert apply("Negative", flat(0, 100, 255))[0, 0].tolist() == [255, 155, 0]
    assert negative(flat(0, 0, 0), 255).all()


def test_a_name_is_taken_once() -> None:
    """Two modules cannot have one name: the second is refused, the first stays."""
    first = EFFECTS["Mirror"]
    with pytest.raises(EffectError, match="There is an effect 'Mirror' already"):
        effect("Mirror")(lambda image: image)
    assert EFFECTS["Mirror"] is first


def test_a_module_may_be_loaded_again() -> None:
    """After a hot reload the new function counts."""
    for _ in range(2):

        @effect("Own")
        def own(image: Image) -> Image:
            return image

    assert EFFECTS["Own"].function is own


def test_sliders_have_to_be_the_parameters() -> None:
    """A slider without a parameter, and a parameter without a slider, are named when the module is loaded."""
    with pytest.raises(EffectError, match="'Own' takes"):
        effect("Own", depth=Slider(0, 1, default=0))(lambda image: image)
    with pytest.raises(EffectError, match="'Own' takes"):
        effect("Own")(lambda image, depth: image + depth)
    assert "Own" not in EFFECTS


@pytest.mark.parametrize(
    "wrong", [np.zeros((48, 64), np.uint8), np.zeros((48, 64, 4), np.uint8), np.zeros((48, 64, 3), np.float64)]
)
def test_a_wrong_result_is_refused(wrong: Image) -> None:
    """Another form, or another type, is named with both, before it can reach an encoder."""
    with pytest.raises(EffectError, match=r"Own returned \w+ of .* for uint8 of \(48, 64, 3\)"):
        Effect("Own", lambda _: wrong).apply(flat(0, 0, 0), {}, PERSON)


@pytest.mark.parametrize("value", [0, 11, -1, 10**6])
def test_a_slider_refuses_what_it_cannot_show(value: int) -> None:
    """The message has the name, the range and the value."""
    with pytest.raises(EffectError, match=f"Edges detail is from 1 to 10, not {value}"):
        Slider(1, 10, default=5).check("Edges detail", value)

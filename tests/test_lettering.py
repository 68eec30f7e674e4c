"""Words as pixels."""

import numpy as np
import pytest

from calls.lettering import letters

MISSING = "\U000f0000"  # of a private plane: no font has it


@pytest.mark.parametrize("name", ["Ada", "Zoë", "Čapek", "Привет", "Ωmega", "李小龍"])
def test_the_letters_of_most_languages_are_there(name: str) -> None:
    """Each letter of a name looks like itself, and not like one that is missing."""
    for letter in name:
        drawn, missing = letters(letter, 40), letters(MISSING, 40)
        assert drawn.shape != missing.shape or not np.array_equal(drawn, missing)


def test_it_is_as_high_as_asked_for_and_of_an_even_width() -> None:
    """So it can be laid over any picture, also over colours at half the size."""
    for text in ("", "A", "Ada", "A long name with gyp and Ä"):
        strip = letters(text, 24)
        assert strip.shape[0] == 24
        assert strip.shape[1] % 2 == 0
        assert bool(strip.max(initial=0) > 200) is bool(text)


def test_nothing_is_cut_off() -> None:
    """Neither at the sides nor above nor below."""
    strip = letters("ÄgypÇ", 40)
    edges = np.concatenate([strip[0], strip[-1], strip[:, 0], strip[:, -1]])
    assert edges.max() == 0

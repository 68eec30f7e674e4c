"""README.md says what is so: its table of settings, its effect and its links."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av import VideoFrame

from calls.effects import EFFECTS
from calls.effects.chain import Chain, Choice
from calls.settings import table

ROOT = Path(__file__).parents[1]
PAGES = sorted(page.relative_to(ROOT).as_posix() for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def pasted() -> Iterator[str]:
    """The name of the README's effect, registered as if its code stood in calls/effects/, where it may stand indeed."""
    before = dict(EFFECTS)
    EFFECTS.clear()
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {"__name__": "calls.effects.pasted"})
    (name,) = EFFECTS
    yield name
    EFFECTS.clear()
    EFFECTS.update(before)


def test_the_table_of_settings_is_the_one_that_is_printed() -> None:
    """Whoever changes a setting pastes anew what `python -m calls.settings` prints."""
    (printed,) = re.findall(r"^\| Variable \|.*?(?=\n\n)", README, re.DOTALL | re.MULTILINE)
    assert printed == table()


def test_the_effect_works_when_pasted(pasted: str) -> None:
    """It registers itself, changes a picture, and is not switched off."""
    chain = Chain("Alice")
    chain.choose([Choice(pasted)])
    picture = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    frame = VideoFrame.from_ndarray(picture, format="bgr24")
    frame.pts, frame.time_base = 0, Fraction(1, 90_000)
    changed = chain(frame).to_ndarray(format="bgr24")
    assert chain.failure is None
    assert changed.shape == picture.shape
    assert not np.array_equal(changed, picture)


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_somewhere(page: str) -> None:
    """A link within the project names a file that is there; a picture's is not looked at."""
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not ((ROOT / page).parent / link).exists()] == []

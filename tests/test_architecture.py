"""docs/architecture.md draws the state machine that is in force."""

import pytest

from calls.states import TRANSITIONS, Status
from scripts.state_diagram import BEGIN, END, PAGE, diagram, redrawn


def test_the_page_shows_the_table_of_now() -> None:
    """Whoever changes the table draws it anew: `python -m scripts.state_diagram`."""
    page = PAGE.read_text(encoding="utf-8")
    assert redrawn(page) == page


def test_every_transition_is_drawn() -> None:
    """An arrow carries each event of the table, from its status to the one that follows."""
    for (status, event), following in TRANSITIONS.items():
        (arrow,) = [line for line in diagram().splitlines() if line.startswith(f"    {status} --> {following}: ")]
        assert event in arrow.partition(": ")[2].split(" / ")


def test_what_stands_around_the_diagram_stays() -> None:
    """Drawing anew replaces the old diagram and nothing else."""
    page = redrawn(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n")
    assert page.startswith(f"Before.\n{BEGIN}\n```mermaid\n")
    assert page.endswith(f"```\n{END}\nAfter.\n")
    assert f"[*] --> {Status.IDLE}" in page
    assert "old" not in page


def test_a_page_without_a_place_for_it_is_refused() -> None:
    """Without the two comments nothing is guessed."""
    with pytest.raises(ValueError, match="unpack"):
        redrawn("No diagram here.")

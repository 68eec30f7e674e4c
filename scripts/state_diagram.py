"""Draws the table of calls/states.py into docs/architecture.md: `python -m scripts.state_diagram`."""

from pathlib import Path

from calls.states import TRANSITIONS, Event, Status

PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
BEGIN, END = "<!-- state diagram: begin -->", "<!-- state diagram: end -->"


def diagram() -> str:
    """The table in Mermaid's words: an arrow for each pair of statuses, with all events that lead along it."""
    arrows: dict[tuple[Status, Status], list[Event]] = {}
    for (status, event), following in TRANSITIONS.items():
        arrows.setdefault((status, following), []).append(event)
    lines = [f"    {a} --> {b}: {' / '.join(events)}" for (a, b), events in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {Status.IDLE}", *lines, "```"])


def redrawn(page: str) -> str:
    """The page with the diagram of now. Raises ValueError where the two comments are not in it."""
    before, after_begin = page.split(BEGIN)
    _, after = after_begin.split(END)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(redrawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

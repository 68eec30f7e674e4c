"""What is measured in real time runs alone: every module with people who send media says so."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
IN_REAL_TIME = {("tests.party", name) for name in ("Party", "party")} | {
    ("tests.churn", "come_and_go"),
    ("tests.rtc_client", "Client"),
}


def sends_media(source: str) -> bool:
    """Whether a module imports people who send."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return any((node.module, alias.name) in IN_REAL_TIME for node in imports for alias in node.names)


def is_marked(source: str) -> bool:
    """Whether all tests of a module have the mark `realtime`."""
    marks = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    return any(ast.unparse(node.targets[0]) == "pytestmark" and "mark.realtime" in ast.unparse(node) for node in marks)


@pytest.mark.parametrize("path", sorted(TESTS.rglob("test_*.py")), ids=lambda path: path.relative_to(TESTS).as_posix())
def test_who_sends_media_is_marked(path: Path) -> None:
    """Two of them beside each other would take the time from each other, and one would fail for what the other does."""
    source = path.read_text(encoding="utf-8")
    assert is_marked(source) or not sends_media(source)

"""People's names in one line."""

import pytest

from components.names import listed


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ([], ""),
        (["Bob"], "Bob"),
        (["Bob", "Carol"], "Bob and Carol"),
        (["Bob", "Carol", "Dave"], "Bob, Carol and Dave"),
        (["Bob", "Carol", "Dave", "Eve"], "Bob, Carol and 2 others"),
        (["Bob", "Carol", "Dave", "Eve", "Frank", "Grace", "Heidi"], "Bob, Carol and 5 others"),
    ],
)
def test_names_are_listed_as_one_says_them(names: list[str], line: str) -> None:
    """Three by name; of more the first two, so that there are never "1 others"."""
    assert listed(names) == line


def test_no_name_is_markup() -> None:
    """Each is escaped by itself."""
    assert listed(["*Eve*", "[x](y)"]) == "\\*Eve\\* and \\[x\\]\\(y\\)"

"""People's names in one line."""

from collections.abc import Sequence

from components.text import plain

BY_NAME = 3
"""How many are named; of more, the first two are."""


def listed(names: Sequence[str]) -> str:
    """As one says it, in Markdown: "Bob", "Bob and Carol", "Bob, Carol and 2 others". No name in it is markup."""
    few = names if len(names) <= BY_NAME else names[: BY_NAME - 1]
    shown = [plain(name) for name in few]
    if len(names) > len(few):
        shown.append(f"{len(names) - len(few)} others")
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))

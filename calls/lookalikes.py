"""Names that one cannot tell apart by looking at them.

The skeleton of a name (Unicode Technical Standard #39, section 4) is what an eye makes of it: letters of other scripts
and of other fonts, capitals, and what is not shown at all make no difference.
"""

from functools import lru_cache

from disarm import skeleton_key

from calls.unseen import SHAPERS

OWN_MARK = "(you)"
"""What is written behind a person's own name, on that person's page alone."""

_UNSEEN = dict.fromkeys(map(ord, SHAPERS))
_KEPT = 4_096  # skeletons of those who are here: a look at all of them costs a look-up each


@lru_cache(maxsize=_KEPT)
def skeleton(name: str) -> str:
    """Equal for two names that can be taken for each other. Not to be shown."""
    # The library keeps m apart from rn, which Unicode does not.
    return skeleton_key(name.translate(_UNSEEN), digit_policy="tr39").replace("rn", "m")


def marks_as_own(name: str) -> bool:
    """Whether others would read in this name that it is theirs."""
    seen = "".join(skeleton(name).split())
    return OWN_MARK in seen or seen == OWN_MARK.strip("()")

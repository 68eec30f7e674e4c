"""People's words inside Streamlit's labels, which are Markdown: shown as they were typed."""

import re
import string

_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
_WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """The text, escaped for a Markdown label (CommonMark 0.31, section 2.4: any ASCII punctuation may be escaped).

    A colon is followed by an invisible word joiner, since Streamlit looks for `:emoji:` and `:icon:` after unescaping.
    """
    return _PUNCTUATION.sub(r"\\\1", text).replace("\\:", f"\\:{_WORD_JOINER}")

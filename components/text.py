"""People's words inside Streamlit's labels, which are Markdown: shown as they were typed."""

import re
import string

_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
_SIGN = re.compile(r"(?<!\S)([-<>~])(->|>|-|=)(?!\S)")
_WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """The text, escaped for a Markdown label (CommonMark 0.31, section 2.4: any ASCII punctuation may be escaped).

    Streamlit looks for `:emoji:` and for signs like ` -> ` and ` -- ` after unescaping: an invisible word joiner stands
    in their way.
    """
    joined = _SIGN.sub(rf"\1{_WORD_JOINER}\2", text.replace(":", f":{_WORD_JOINER}"))
    return _PUNCTUATION.sub(r"\\\1", joined)

"""People's words inside Streamlit's labels, which are Markdown: shown as they were typed."""

import re
import string

_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
_SIGN = re.compile(r"(?<!\S)([-<>~])(->|>|-|=)(?!\S)")
_LINK = re.compile(r"[:@]|www(?=\.)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """The text, escaped for a Markdown label (CommonMark 0.31, section 2.4: any ASCII punctuation may be escaped).

    Streamlit looks for `:emoji:`, for addresses (`www.`, `https:`, `@`; GitHub Flavored Markdown, section 6.9) and for
    signs like ` -> ` and ` -- ` after unescaping: an invisible word joiner stands in their way.
    """
    joined = _SIGN.sub(rf"\1{_WORD_JOINER}\2", _LINK.sub(rf"\g<0>{_WORD_JOINER}", text))
    return _PUNCTUATION.sub(r"\\\1", joined)

"""People's words in Markdown: nothing in them is markup."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.text import plain

WORD_JOINER = "\u2060"
markup = st.text(st.sampled_from(string.punctuation) | st.characters(codec="utf-8"), max_size=40)


@pytest.mark.parametrize("character", string.punctuation)
def test_every_character_of_markdown_is_escaped(character: str) -> None:
    """CommonMark lets any ASCII punctuation be escaped, so all of it is, wherever it stands."""
    for text in (character, f"a{character}b", character * 3):
        escaped = plain(text)
        assert escaped.replace(WORD_JOINER, "") == "".join("\\" + c if c == character else c for c in text)


@given(markup)
def test_nothing_is_left_that_means_something(text: str) -> None:
    """Without the escaped characters no punctuation is left; and unescaped, the text is what it was."""
    escaped = plain(text)
    rest = re.sub(r"\\[!-/:-@\[-`{-~]", "", escaped)
    assert not set(rest) & set(string.punctuation)
    assert re.sub(r"\\(.)", r"\1", escaped).replace(WORD_JOINER, "") == text.replace(WORD_JOINER, "")


@given(markup)
def test_no_shortcode_is_left(text: str) -> None:
    """Streamlit replaces `:smile:` and `:material/mic:` after unescaping: no colon is followed by a letter."""
    unescaped = re.sub(r"\\(.)", r"\1", plain(text))
    assert not re.search(r":[\w+-]", unescaped)


# What mdast-util-gfm-autolink-literal, by which Streamlit's Markdown finds addresses, takes for one.
ADDRESS = re.compile(r"https?://|www(?=\.)|[-.\w+]+@[-\w]+(\.[-\w]+)+", re.ASCII | re.IGNORECASE)
address = st.lists(st.sampled_from(["www.", "WWW.", "http://", "HTTPS://", "mailto:", "a", "@", ".", "evil.com", " "]))


@pytest.mark.parametrize("text", ["www.evil.com", "a.b@evil.com", "https://evil.com", "xmpp:a@b.com", "Ann www.b.com"])
def test_an_address_is_no_link(text: str) -> None:
    """It was one, for everybody in the lobby: ADDRESS finds it in the text, and not in what is shown."""
    assert ADDRESS.search(text)
    assert not ADDRESS.search(re.sub(r"\\(.)", r"\1", plain(text)))


@given(address.map("".join) | markup)
def test_no_address_is_left(text: str) -> None:
    """However it is put together."""
    assert not ADDRESS.search(re.sub(r"\\(.)", r"\1", plain(text)))


@pytest.mark.parametrize("sign", ["<->", "->", "<-", "--", ">=", "<=", "~="])
@pytest.mark.parametrize("text", ["Ann {} Bob", "{}", "{} Bob"])
def test_no_sign_is_left(text: str, sign: str) -> None:
    """Streamlit replaces these signs, where spaces or nothing surround them: no such place is left."""
    unescaped = re.sub(r"\\(.)", r"\1", plain(text.format(sign)))
    assert not re.search(rf"(^|\s){re.escape(sign)}(\s|$)", unescaped)


@pytest.mark.parametrize(
    "text", ["", "Ada Lovelace", "\u5c71\u7530", "\u0645\u06cc\u200c\u062e", "\U0001f469\u200d\U0001f467"]
)
def test_words_stay_as_they_are(text: str) -> None:
    """Letters of any script, and emoji, are no markup."""
    assert plain(text) == text

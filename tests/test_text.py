"""What people type: what is kept as it is, what is mended, what is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import InputError
from calls.limits import MESSAGE_LENGTH, NAME_LENGTH
from calls.text import clean_code, clean_message, clean_name, new_code

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CODE = re.compile(f"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{2}}")
FAMILY = "\U0001f469\u200d\U0001f467"  # two emoji, one picture: a zero-width joiner holds them together
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
NEW_EMOJI = "\U0001fadf"  # of Unicode 16, later than the tables of the Python that runs this


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Alice", "Alice"),
        ("  Alice \n", "Alice"),
        ("Mary \t  Ann", "Mary Ann"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        (f"Ann {FAMILY}", f"Ann {FAMILY}"),
        (f"Ann {NEW_EMOJI}", f"Ann {NEW_EMOJI}"),
        (f"Ann {SCOTLAND}", f"Ann {SCOTLAND}"),
        ("\u845b\U000e0100", "\u845b\U000e0100"),
        ("Ann \u2764\ufe0f", "Ann \u2764\ufe0f"),
        ("*Ann* <b>", "*Ann* <b>"),
        ("x" * NAME_LENGTH, "x" * NAME_LENGTH),
    ],
)
def test_a_name_is_kept_as_it_was_meant(typed: str, kept: str) -> None:
    """Names of any script and any emoji are kept; only white space is folded and letters are composed."""
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "\u200d", "\u200d \u200c", "\u00a0\u200d\u00a0", "\ufe0f \U000e0101"]
)
def test_what_shows_nothing_is_empty(text: str) -> None:
    """A name or message of spaces, joiners and selectors alone would be invisible, so it is refused as empty."""
    with pytest.raises(InputError, match="cannot be empty"):
        clean_name(text)
    with pytest.raises(InputError, match="cannot be empty"):
        clean_message(text)


@pytest.mark.parametrize("bad", "\x00\x07\x1b\u202e\u200b\ufeff\ud800\ue000\u2065\u3164\u115f\uffa0\u034f\u17b4\u2800")
def test_characters_that_mislead_are_refused(bad: str) -> None:
    """Control, bidirectional, zero-width, half, private, unassigned and blank characters raise in a name. From a
    message, which its field has forgotten by then, they are left out."""
    with pytest.raises(InputError, match="cannot be shown"):
        clean_name(f"a{bad}b")
    assert clean_message(f"a{bad}b") == "ab"


@pytest.mark.parametrize("blank", ["\u3164", "\u2800", "\uffa0 \u115f"])
def test_a_blank_is_no_name_and_no_message(blank: str) -> None:
    """A letter that shows nothing, as the Hangul filler, does not make a name; a message of it is empty."""
    with pytest.raises(InputError):
        clean_name(blank)
    with pytest.raises(InputError, match="cannot be empty"):
        clean_message(blank)


@pytest.mark.parametrize("name", ["Bob (you)", "Bob (\u0443ou)", "You"])
def test_nobody_is_named_as_if_they_were_the_reader(name: str) -> None:
    """The mark of one's own name is refused in a name, in whichever letters, and the message says why."""
    with pytest.raises(InputError, match="for their own"):
        clean_name(name)


def test_a_message_keeps_what_its_script_needs() -> None:
    """Joiners, marks of direction, and the letters of a flag that are not shown; outside a flag they are nothing."""
    for text in (FAMILY, SCOTLAND, NEW_EMOJI, "\u05d0\u200f!"):
        assert clean_message(text) == text
    assert clean_message(f"a{SCOTLAND[1:]}b") == "ab"
    assert clean_message(f"{SCOTLAND[:-2]}\U000e0061\U000e007f") == SCOTLAND[0]


def test_a_name_that_is_too_long_is_refused_with_its_length() -> None:
    """One more than 40 is refused, and the message says both numbers; surrounding space does not count."""
    assert clean_name(" " + "x" * 40 + " ") == "x" * 40
    with pytest.raises(InputError, match="at most 40 characters; this has 41"):
        clean_name("x" * 41)


def test_length_is_counted_after_letters_are_composed() -> None:
    """Forty accented letters are forty, however the keyboard sent them."""
    assert clean_name("e\u0301" * NAME_LENGTH) == "\u00e9" * NAME_LENGTH


def test_a_message_keeps_its_lines() -> None:
    """Line breaks, tabs and inner spaces stay; the ends are stripped and line ends are made one kind."""
    assert clean_message("  one\r\n\ttwo  three\n\n") == "one\n\ttwo  three"


def test_a_message_that_is_too_long_is_refused_with_its_length() -> None:
    """2,000 characters are a message; 2,001 are refused, and the message says both numbers."""
    assert len(clean_message("x" * MESSAGE_LENGTH)) == 2_000
    with pytest.raises(InputError, match="at most 2,000 characters; this has 2,001"):
        clean_message("x" * 2_001)


@given(st.text(max_size=60))
def test_any_text_is_cleaned_or_refused(text: str) -> None:
    """Cleaning raises InputError and nothing else; what it returns is clean already and can be stored as UTF-8."""
    for clean, most in ((clean_name, NAME_LENGTH), (clean_message, MESSAGE_LENGTH)):
        try:
            kept = clean(text)
        except InputError:
            continue
        assert 1 <= len(kept) <= most
        assert clean(kept) == kept
        kept.encode()


def test_a_room_code_is_unguessable_and_readable() -> None:
    """Twelve symbols of Crockford's 32, each of which does occur, make 60 bits; none of a thousand repeats."""
    codes = [new_code() for _ in range(1_000)]
    assert all(CODE.fullmatch(code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert set("".join(codes)) - {"-"} == set(ALPHABET)


@pytest.mark.parametrize(
    "typed", ["0123-4567-89ab", " 0123 4567\t89AB\n", "O123-456789ab", "oi23-4567-89aB", "0L23456789AB"]
)
def test_a_code_is_understood_as_it_is_read_aloud(typed: str) -> None:
    """Case, hyphens and spaces do not matter; O is 0, and I and L are 1."""
    assert clean_code(typed) == "0123-4567-89ab"


def test_a_new_code_is_clean() -> None:
    """What is handed out is what is understood, typed in any case."""
    code = new_code()
    assert clean_code(code) == clean_code(code.upper()) == code


@pytest.mark.parametrize(
    "typed", ["", "0123-4567-89a", "0123-4567-89abc", "0123-4567-89au", "0123_4567_89ab", "\u0661" * 12]
)
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    """A wrong length or a symbol outside the alphabet raises, and the message shows what a code looks like."""
    with pytest.raises(InputError, match=r"^A room code looks like abcd-efgh-jkmn\. Check it and try again\.$"):
        clean_code(typed)

"""What people type, made safe to keep: names, messages and room codes."""

import re
import secrets
import unicodedata

from calls import limits
from calls.errors import InputError
from calls.lookalikes import OWN_MARK, marks_as_own
from calls.unseen import FLAG, MARKS, misleads, shows_nothing

# Crockford's base 32: no I, L, O or U, so a code can be read aloud and typed from paper.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})
_CODE_GROUPS, _GROUP_LENGTH = 3, 4  # 12 symbols of 5 bits: 60 bits


def clean_name(text: str) -> str:
    """The name as it is kept: stripped, NFC, white space folded, 1 to 40 characters.

    Raises InputError for a name that is empty, too long, holds characters that show nothing, or is written as the own
    name is on every page.
    """
    text = " ".join(text.split())
    if any(map(misleads, FLAG.sub("", text))):
        raise InputError("Your name holds characters that cannot be shown. Remove them and try again.")
    text = _checked(text, "Your name", limits.NAME_LENGTH)
    if marks_as_own(text):
        raise InputError(f"Others would take this name for their own, which has {OWN_MARK} behind it. Choose another.")
    return text


def clean_message(text: str) -> str:
    """The message as it is kept: stripped, NFC, 1 to 2,000 characters; line breaks and tabs stay.

    What cannot be shown is left out: it comes along, unseen, with what is pasted. Raises InputError for a message that
    is empty or too long.
    """
    return _checked("".join(map(_shown, FLAG.split(text))).strip(), "A message", limits.MESSAGE_LENGTH)


def _shown(part: str) -> str:
    if FLAG.fullmatch(part):
        return part
    return "".join(c for c in part if not misleads(c) or c in MARKS + "\n\t")


def _checked(text: str, what: str, most: int) -> str:
    text = unicodedata.normalize("NFC", text)
    if shows_nothing(text):
        raise InputError(f"{what} cannot be empty.")
    if len(text) > most:
        raise InputError(f"{what} can have at most {most:,} characters; this has {len(text):,}.")
    return text


def new_code() -> str:
    """A room code: 60 random bits as `xxxx-xxxx-xxxx` in Crockford's base 32."""
    return _grouped("".join(secrets.choice(_ALPHABET) for _ in range(_CODE_GROUPS * _GROUP_LENGTH)))


def clean_code(text: str) -> str:
    """The code that a person meant: any case, with or without hyphens and spaces, O for 0, I and L for 1.

    Raises InputError for what cannot be a room code.
    """
    symbols = re.sub(r"[\s-]", "", text).lower().translate(_MISREAD)
    if len(symbols) != _CODE_GROUPS * _GROUP_LENGTH or not set(symbols) <= set(_ALPHABET):
        raise InputError("A room code looks like abcd-efgh-jkmn. Check it and try again.")
    return _grouped(symbols)


def _grouped(symbols: str) -> str:
    return "-".join(symbols[i : i + _GROUP_LENGTH] for i in range(0, len(symbols), _GROUP_LENGTH))

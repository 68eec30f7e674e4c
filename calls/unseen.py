"""Characters that nobody sees: which of them a script or an emoji needs, and which can only mislead."""

import re
import unicodedata

# Joiners hold emoji families and several scripts together, and variation selectors choose how the character before them
# looks: as an emoji, as in a Japanese family name, as at the end of a Mongolian word.
SHAPERS = "\u200c\u200d\u180b\u180c\u180d\u180f" + "".join(
    chr(code) for block in (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)) for code in block
)

# Which way a word of Arabic or Hebrew is read; keyboards put them in.
MARKS = "\u200e\u200f\u061c"

# Letters and symbols by their category, which show nothing: Hangul fillers, Khmer vowels that were never written, the
# grapheme joiner (Default_Ignorable_Code_Point, UAX #44), a braille cell without dots, a note without a head.
_BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\U0001d159"

# The flags of England, Scotland and Wales: a black flag, and its region in letters that are not shown (UTS #51).
_REGIONS = ["".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls")]
FLAG = re.compile(f"(\U0001f3f4(?:{'|'.join(_REGIONS)})\U000e007f)")

# Reserved for pictures: an emoji newer than Python's own tables has no category yet, and phones send it all the same.
_PICTURES = range(0x1F000, 0x1FB00)


def misleads(character: str) -> bool:
    """Whether it is not shown, and changes nothing that is. White space and parts of flags are not asked about."""
    if character in SHAPERS:
        return False
    return character in _BLANKS or (unicodedata.category(character)[0] == "C" and ord(character) not in _PICTURES)


def shows_nothing(text: str) -> bool:
    """Whether there is nothing to be seen in it."""
    return all(c.isspace() or c in SHAPERS or c in MARKS for c in text)

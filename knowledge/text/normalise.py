"""One normal form for whatever a customer types: width, script, case, invisible characters, repeats."""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

__all__ = ["fold", "normalise"]

_TO_SIMPLIFIED = OpenCC("t2s")
_TO_TRADITIONAL = OpenCC("s2t")
_TAIWAN_TO_MAINLAND = OpenCC("tw2sp")

# Variants that OpenCC leaves alone or resolves differently depending on the way there.
_VARIANTS = str.maketrans(
    {"妳": "你", "祢": "你", "牠": "它", "祂": "它", "幺": "么", "麽": "么", "嘅": "的", "𠮶": "那"}
)

_LETTER = re.compile(r"(?P<c>[a-z])(?P=c){3,}")
_REPEAT = re.compile(r"(?P<c>[^0-9a-z\s])(?P=c){2,}")
_PUNCTUATION_RUN = re.compile(r"(?P<c>[!?。,、~.…])(?P=c)+")
_SPACES = re.compile(r"\s+")
_SPACED_OUT = re.compile(r"(?<![^\s])[\u4e00-\u9fff](?: [\u4e00-\u9fff])+(?![^\s!?。,])")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})


# One message is read by several parts of the house, one after the other: each asks here for the same text.
_REMEMBERED = 2048


@lru_cache(maxsize=_REMEMBERED)
def normalise(text: str) -> str:
    """Return the text as the rest of the house reads it: half-width, Simplified, lower case, single spaces.

    Characters spaced out for emphasis (``转 真 人``) are joined; other spaces stay, they separate clauses.
    """
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable() or not text.isalnum():
        text = "".join(_visible(char) for char in text)
    text = text.lower()
    text = simplified(text).translate(_VARIANTS)
    text = _LETTER.sub(r"\g<c>", text)
    text = _REPEAT.sub(r"\g<c>", text)
    text = _PUNCTUATION_RUN.sub(r"\g<c>", text)
    text = _SPACES.sub(" ", text).strip()
    return _SPACED_OUT.sub(lambda match: match.group().replace(" ", ""), text)


@lru_cache(maxsize=_REMEMBERED)
def fold(text: str) -> str:
    """Return a normalised text with regional terms (網路, 軟體) read as the mainland's, to compare.

    Simplified and Traditional spellings of one sentence fold to the same string, whichever way they took.
    """
    folded: str = _TAIWAN_TO_MAINLAND.convert(_TO_TRADITIONAL.convert(text))
    return folded.translate(_VARIANTS)


@lru_cache(maxsize=_REMEMBERED)
def simplified(text: str) -> str:
    """Return the text in Simplified characters; the words stay what they are."""
    converted: str = _TO_SIMPLIFIED.convert(text)
    return converted


@lru_cache(maxsize=4096)
def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace():
        return " "
    if category in _INVISIBLE:
        return ""
    return char

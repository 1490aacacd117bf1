"""Simplified or Traditional: which one a customer writes, and writing back in the same."""

import re
from functools import cache
from pathlib import Path
from typing import Final, Literal

from opencc import OpenCC
from pydantic import BaseModel, ConfigDict

from knowledge.data_files import read_yaml
from knowledge.text.normalise import simplified

__all__ = ["Script", "script_of", "to_taiwan", "to_traditional"]

Script = Literal["hans", "hant"]

_TERMS: Final = Path(__file__).parent.parent / "data" / "taiwan_terms.yaml"

_TAIWAN = OpenCC("s2twp")
_TAIWAN_CHARACTERS = OpenCC("s2tw")
_HONG_KONG = OpenCC("s2hk")
_PLAIN = OpenCC("s2t")

# What is quoted is a name: of a button, a product, a document.
_QUOTED: Final = re.compile(r"“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』|《[^《》\n]*》|\"[^\"\n]*\"")
_FIRST_MARK: Final = 0xE000  # private use: no conversion touches what stands for a term of our own


class _Terms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    words: dict[str, str]
    keep: tuple[str, ...]


def script_of(text: str) -> Script:
    """Return the script of a text; what both scripts share counts as Simplified."""
    only_traditional = sum(a != b for a, b in zip(text, simplified(text), strict=False))
    if only_traditional == 0:
        return "hans"
    only_simplified = sum(a != b for a, b in zip(text, _PLAIN.convert(text), strict=False))
    return "hant" if only_traditional >= only_simplified else "hans"


def to_traditional(text: str, *, taiwan: bool) -> str:
    """Return a Simplified text in Traditional characters, with Taiwan's own terms if asked for."""
    converted: str = (_TAIWAN if taiwan else _HONG_KONG).convert(text)
    return converted


def to_taiwan(text: str) -> str:
    """Return a Simplified text as it is written in Taiwan, with the terms of data/taiwan_terms.yaml.

    Figures stay, and what stands in quotes keeps its words: only its characters are converted.
    """
    marked, kept = _mark_quotes(text)
    pattern, terms = _taiwan_terms()
    marks: list[str] = []

    def mark(match: re.Match[str]) -> str:
        marks.append(terms[match.group()])
        return chr(_FIRST_MARK + len(kept) + len(marks) - 1)

    converted: str = _TAIWAN.convert(pattern.sub(mark, marked))
    for number, words in enumerate((*kept, *marks)):
        converted = converted.replace(chr(_FIRST_MARK + number), words)
    return converted


def _mark_quotes(text: str) -> tuple[str, list[str]]:
    kept: list[str] = []

    def mark(match: re.Match[str]) -> str:
        kept.append(_TAIWAN_CHARACTERS.convert(match.group()))
        return chr(_FIRST_MARK + len(kept) - 1)

    return _QUOTED.sub(mark, text), kept


@cache
def _taiwan_terms() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return the pattern of our own terms, the longest first, and what each becomes."""
    terms = _Terms.model_validate(read_yaml(_TERMS))
    words = {word: _TAIWAN_CHARACTERS.convert(word) for word in terms.keep} | terms.words
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True))), words

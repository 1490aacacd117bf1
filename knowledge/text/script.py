"""Simplified or Traditional: which one a customer writes, and writing back in the same."""

from typing import Literal

from opencc import OpenCC

from knowledge.text.normalise import simplified

__all__ = ["Script", "script_of", "to_traditional"]

Script = Literal["hans", "hant"]

_TAIWAN = OpenCC("s2twp")
_HONG_KONG = OpenCC("s2hk")
_PLAIN = OpenCC("s2t")


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

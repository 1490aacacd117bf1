"""Streets, communities and house numbers: where a customer is, and no part of what is asked."""

import re
from typing import Final

__all__ = ["without_places"]

# What never begins or is inside a name: pronouns, verbs and words of the trade that stand before one.
_CHAR: Final = (
    r"[^\W\d_a-z我你他她它们的是在有个这那哪电停住家到去来了吗呢说问请到从和跟给为什么怎没不要里因]"
)
_HOUSE: Final = r"(?:\d{1,5}(?:-\d{1,4})?(?:号楼|号院|栋|幢|单元|弄|室)(?:\d{1,4}(?:单元|室|号|层|楼)?)*)"
_STREET: Final = rf"(?:{_CHAR}{{2,4}}(?:路|大道|大街|街|巷|胡同)\d{{1,5}}(?:弄|号|号院)?)"
_COMMUNITY: Final = rf"(?:{_CHAR}{{2,4}}(?:花园|家园|花苑|雅苑|名苑|佳苑|嘉园|新苑|街道|镇(?!流|江|静)))"
_PLACE: Final = re.compile(f"{_STREET}|{_COMMUNITY}|{_HOUSE}")
_HINT: Final = re.compile(r"[\d路街巷园苑镇]")


def without_places(text: str) -> str:
    """Return a text in comparable form without street names, communities and house numbers.

    A message that is nothing but a place stays as it is.
    """
    if not _HINT.search(text):
        return text
    without = _PLACE.sub("", text)
    return without if any(char.isalnum() for char in without) else text

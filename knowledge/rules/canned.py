"""Ready-made sentences for colleagues (data/canned.yaml), found by a keyword or by one that is near."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from rapidfuzz import fuzz

from knowledge.data_files import read_yaml

DATA = Path(__file__).parent.parent / "data" / "canned.yaml"
NEAR = 50.0  # of 100; what is less alike is not offered
OFFERED = 5


class Canned(BaseModel):
    """One sentence under its key; `words` find it too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(min_length=1, max_length=16)
    words: tuple[str, ...] = ()
    text: str = Field(min_length=1)


@cache
def canned() -> Sequence[Canned]:
    """Return every sentence; raises pydantic's ValidationError where the file is wrong."""
    return tuple(TypeAdapter(list[Canned]).validate_python(read_yaml(DATA)))


def named(keyword: str) -> Canned | None:
    """Return the sentence with this key or word, or None."""
    wanted = keyword.strip()
    for one in canned():
        if one.key == wanted:
            return one
    return next((one for one in canned() if wanted in one.words), None)


def near(keyword: str) -> list[Canned]:
    """Return the sentences whose keys or words are most like a keyword, best first; all of them for ""."""
    wanted = keyword.strip()
    if not wanted:
        return list(canned())
    scored = [
        (max(float(fuzz.partial_ratio(wanted, word)) for word in (one.key, *one.words)), place, one)
        for place, one in enumerate(canned())
    ]
    found = sorted((one for one in scored if one[0] >= NEAR), key=lambda one: (-one[0], one[1]))
    return [one for _, _, one in found[:OFFERED]]

"""Which texts on which life may depend a qualified person has signed, and which still wait for it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter

from knowledge.library import DATA_DIR, Entry, Library
from knowledge.sheets import BadContent, Problem, read_values

NEEDED = "safety"  # entries with `review: safety` are to be signed


@dataclass(frozen=True, slots=True)
class Signature:
    """A named role's word that an answer may stand; `digest` is that of the text that was signed."""

    __pydantic_config__ = ConfigDict(extra="forbid", str_strip_whitespace=True)

    entry: str
    role: Annotated[str, Field(min_length=1)]
    by: Annotated[str, Field(min_length=1)]  # name or staff number
    on: date
    digest: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


_ADAPTER = TypeAdapter(Signature)


def read_signatures(data_dir: Path = DATA_DIR) -> list[Signature]:
    """Read reviews.yaml, where there is one; raises BadContent."""
    file = data_dir / "reviews.yaml"
    problems: list[Problem] = []
    found = [value for _, value in read_values([file], _ADAPTER, problems)] if file.exists() else []
    if problems:
        raise BadContent(problems)
    return found


def digest(entry: Entry) -> str:
    """Return what is signed, in 16 hexadecimal digits: every text of the entry that a customer reads."""
    texts = [entry.question, entry.answer, entry.extra]
    for region, own in sorted(entry.overrides.items()):
        texts += [region, own.answer or "", own.extra or ""]
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]


def unsigned(library: Library, signatures: Iterable[Signature]) -> list[Entry]:
    """Return the entries that are to be reviewed by a qualified person: never signed, or changed since."""
    signed = {(one.entry, one.digest) for one in signatures}
    return [
        entry
        for entry in library.entries.values()
        if entry.review == NEEDED and (entry.id, digest(entry)) not in signed
    ]

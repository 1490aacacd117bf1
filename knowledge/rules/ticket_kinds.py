"""The kinds of ticket: what each asks, promises and how it ends (data/kinds, one file a kind)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.data_files import read_yaml
from knowledge.rules.promise_rows import PromiseRow

FOLDER = Path(__file__).parent.parent / "data" / "kinds"

Family = Literal[
    "danger",
    "repair",
    "complaint",
    "report",
    "opinion",
    "suggestion",
    "praise",
    "consult",
    "dispute",
    "service",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(_Strict):
    """One question of a kind's form, in the order in which it is asked."""

    name: str = Field(pattern="^[a-z_]+$")
    label: str
    type: Literal["words", "place", "phone", "choice", "date", "slot", "number", "account"]
    ask: str
    required: bool = True
    least: int = 0  # characters of words, or the smallest number
    most: int | None = None  # the largest number, or days ahead of a date
    choices: dict[str, str] = {}
    # Asked only for these subtypes; for all of them where empty.
    subtypes: tuple[str, ...] = ()


class Material(_Strict):
    """One paper that a customer has to bring, told once with all the others."""

    name: str = Field(pattern="^[a-z_]+$")
    label: str
    hint: str = ""
    required: bool = True
    subtypes: tuple[str, ...] = ()
    source: str = "own.practice"


class Closing(_Strict):
    """How a kind ends: after how many minutes the customer is asked, and whether a survey follows."""

    ask_after_minutes: int = Field(default=0, ge=0)
    survey: bool = True


class TicketKind(_Strict):
    """One kind of ticket; `subtypes` maps the kept word to the one that people read.

    `entries` maps knowledge entries to the subtype that somebody means who asked for them ("" for none).
    `team` is who works on it first; `confidential` tickets are seen by few, `anonymous` ones may hide the
    customer.
    """

    kind: str
    prefix: str = Field(pattern="^[A-Z]{2}$")
    name: str
    family: Family
    team: str
    confidential: bool = False
    anonymous: bool = False
    subtypes: dict[str, str] = {}
    entries: dict[str, str] = {}
    fields: tuple[Asked, ...] = ()
    materials: tuple[Material, ...] = ()
    closing: Closing = Closing()
    promises: tuple[PromiseRow, ...] = Field(min_length=1)


@cache
def ticket_kinds() -> Mapping[str, TicketKind]:
    """Return every kind by its id; raises pydantic's ValidationError where a file is wrong."""
    kinds = [TicketKind.model_validate(read_yaml(path)) for path in sorted(FOLDER.glob("*.yaml"))]
    return {kind.kind: kind for kind in kinds}


def name_of(kind: str, subtype: str = "") -> str:
    """Return how a kind of ticket reads, with its subtype where that has a name."""
    known = ticket_kinds()[kind]
    detail = known.subtypes.get(subtype, "")
    return f"{known.name}·{detail}" if detail else known.name

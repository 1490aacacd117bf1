"""The kinds of ticket, how their numbers begin, and what they are called (data/ticket_kinds.yaml)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from knowledge.data_files import read_yaml

DATA = Path(__file__).parent.parent / "data" / "ticket_kinds.yaml"


class TicketKind(BaseModel):
    """One kind of ticket; `subtypes` maps the kept word to the one that people read.

    `entries` maps knowledge entries to the subtype that somebody means who asked for them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    prefix: str = Field(pattern="^[A-Z]{2}$")
    name: str
    subtypes: dict[str, str]
    entries: dict[str, str] = {}


@cache
def ticket_kinds() -> Mapping[str, TicketKind]:
    """Return every kind by its id; raises pydantic's ValidationError where the file is wrong."""
    rows = read_yaml(DATA)
    return {kind.kind: kind for kind in map(TicketKind.model_validate, rows)}


def name_of(kind: str, subtype: str = "") -> str:
    """Return how a kind of ticket reads, with its subtype where that has a name."""
    known = ticket_kinds()[kind]
    detail = known.subtypes.get(subtype, "")
    return f"{known.name}·{detail}" if detail else known.name

"""What customers thought of our answers, and what we could not answer."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from storage.models.base import document, key, link


class MissKind(StrEnum):
    """In which way a question went wrong."""

    UNKNOWN = "unknown"  # we said that we do not know
    UNCLEAR = "unclear"  # we asked which
    NONE = "none"  # and it was none of those
    DOWN = "down"  # the answer was not what was asked, or not understood
    OUT_OF_SCOPE = "out_of_scope"  # answered rightly as none of our business: counted, not a miss


class Miss(SQLModel, table=True):
    """One question that we should have answered better, redacted."""

    id: int | None = key()
    at: datetime = Field(index=True)
    week: str = Field(max_length=8)  # 2026-W48
    kind: str = Field(max_length=12)
    text: str
    # What was answered, or what the customer chose when asked which.
    entry: str | None = None
    candidates: list[Any] = document(list)
    region: str = Field(max_length=24)
    district: str | None = None
    # Who asked, so that a colleague's reply to them is found; dropped after a while (practice.yaml).
    person_id: int | None = link("person.id", nullable=True)
    # The card of the answer that was marked as bad.
    answer: str | None = Field(default=None, index=True)
    # The entry whose draft took these words up.
    adopted: str | None = None


class Thumb(SQLModel, table=True):
    """What one customer thought of one answer; may be changed, and counts once."""

    id: int | None = key()
    answer: str = Field(unique=True)  # the card of the answer, whatever state it is in
    entry: str = Field(index=True)
    up: bool
    reason: str = Field(default="", max_length=16)  # wrong (另一回事) or hard (看不懂), where it was told
    region: str = Field(max_length=24)
    at: datetime

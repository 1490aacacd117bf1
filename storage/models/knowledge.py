"""What the hotline knows as the database holds it: sheets, revisions of entries, signatures, golden lines."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.models.base import document, key


class RevisionState(StrEnum):
    """Where a revision of an entry stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


def _long_text() -> Column[str]:
    return Column(Text, nullable=False)


class KnowledgeVersion(SQLModel, table=True):
    """One row: how often what is served has changed; running services look at it."""

    id: int | None = key()
    number: int = 0


class KnowledgeSheet(SQLModel, table=True):
    """A file of entries: their order and all that stands between them."""

    id: int | None = key()
    name: str = Field(unique=True, max_length=120)
    # ["text", comments and blank lines as they are] and ["entry", id], from top to bottom
    layout: list[list[str]] = document(list)


class KnowledgeRevision(SQLModel, table=True):
    """One wording of one entry; its text is never changed afterwards."""

    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        Index(
            "ix_knowledgerevision_published",
            "entry_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "ix_knowledgerevision_draft",
            "entry_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: int | None = key()
    entry_id: str = Field(max_length=120)
    number: int
    sheet: str = Field(max_length=120)
    state: str = Field(max_length=16)
    block: str = Field(sa_column=_long_text())
    author: str = Field(max_length=120)
    reason: str = Field(sa_column=_long_text())
    created_at: datetime
    published_at: datetime | None = None
    published_by: str = Field(default="", max_length=120)
    published_reason: str = Field(default="", sa_column=_long_text())


class KnowledgeDelivery(SQLModel, table=True):
    """An entry as the last imported files had it: what our own changes are told apart from."""

    id: int | None = key()
    entry_id: str = Field(unique=True, max_length=120)
    sheet: str = Field(max_length=120)
    block: str = Field(sa_column=_long_text())


class KnowledgeSignature(SQLModel, table=True):
    """A qualified person's word that an answer may stand as it is."""

    id: int | None = key()
    entry_id: str = Field(index=True, max_length=120)
    role: str = Field(max_length=120)
    signed_by: str = Field(max_length=120)
    signed_at: datetime
    digest: str = Field(max_length=64)  # of the text that was signed: a later change voids it


class GoldenLine(SQLModel, table=True):
    """A question whose right answer is known; a changed line is retired and a new one stands for it."""

    id: int | None = key()
    expected: str = Field(max_length=400)
    question: str = Field(sa_column=_long_text())
    source: str = Field(max_length=120)  # the file it was delivered in, "" where an editor added it
    author: str = Field(max_length=120)
    reason: str = Field(sa_column=_long_text())
    created_at: datetime
    retired_at: datetime | None = Field(default=None, index=True)
    retired_by: str = Field(default="", max_length=120)
    retired_reason: str = Field(default="", sa_column=_long_text())

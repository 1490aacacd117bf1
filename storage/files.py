"""Which files of the utility have been taken in."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from storage.models import ImportedFile


def remember(session: Session, *, kind: str, content_hash: str, name: str, rows: int, now: datetime) -> None:
    """Note that a file was taken in; the same content again only renews the moment."""
    row = session.execute(
        select(ImportedFile).where(
            col(ImportedFile.kind) == kind, col(ImportedFile.content_hash) == content_hash
        )
    ).scalar_one_or_none()
    if row is None:
        row = ImportedFile(kind=kind, content_hash=content_hash, name=name, rows=rows, imported_at=now)
    row.name, row.imported_at = name, now
    session.add(row)

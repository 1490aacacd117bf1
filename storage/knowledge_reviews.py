"""Signatures of qualified persons under answers on which life may depend."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from storage.models import KnowledgeSignature


def sign(session: Session, entry_id: str, *, role: str, by: str, digest: str, now: datetime) -> None:
    """Keep a signature; older ones of the entry stay to be read."""
    session.add(KnowledgeSignature(entry_id=entry_id, role=role, signed_by=by, signed_at=now, digest=digest))
    session.flush()


def signatures(session: Session) -> list[KnowledgeSignature]:
    """Return all signatures, oldest first."""
    return list(session.execute(select(KnowledgeSignature).order_by(col(KnowledgeSignature.id))).scalars())

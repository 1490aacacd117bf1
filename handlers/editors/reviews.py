"""A qualified person signs an answer on which life may depend, and what still waits for that."""

from datetime import datetime

from sqlmodel import Session

import storage.knowledge_reviews
from handlers.editors.editing import Refused, published_library, seed, today
from knowledge.library import Entry, Library
from knowledge.reviews import NEEDED, Signature, digest, read_signatures, unsigned

__all__ = ["seed", "sign", "waiting"]


def sign(session: Session, base: Library, entry_id: str, *, role: str, by: str, now: datetime) -> Signature:
    """Sign the served text of an entry; raises Refused where there is nothing to sign."""
    seed(session, now)
    entry = published_library(session, base).entries.get(entry_id)
    if entry is None:
        raise Refused(f"{entry_id} is not served")
    if entry.review != NEEDED:
        raise Refused(f"{entry_id} needs no signature: it is not marked review: {NEEDED}")
    if not role.strip() or not by.strip():
        raise Refused("a signature needs the role and the name or staff number of who signs")
    made = Signature(entry_id, role.strip(), by.strip(), today(base, now), digest(entry))
    storage.knowledge_reviews.sign(
        session, entry_id, role=made.role, by=made.by, digest=made.digest, now=now
    )  # fmt: skip
    return made


def waiting(session: Session, base: Library) -> list[Entry]:
    """Return the served entries that are to be reviewed by a qualified person."""
    kept = [
        Signature(row.entry_id, row.role, row.signed_by, today(base, row.signed_at), row.digest)
        for row in storage.knowledge_reviews.signatures(session)
    ]
    return unsigned(published_library(session, base), [*read_signatures(), *kept])

"""The audit: who did what to which ticket and whose data, written once and never changed."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from storage.models import AuditRecord


def write(
    session: Session,
    *,
    at: datetime,
    actor: str,
    act: str,
    staff_id: int | None = None,
    ticket_id: int | None = None,
    person_id: int | None = None,
    allowed: bool = True,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one record; `actor` is staff:NAME, customer, clock or operator."""
    session.add(
        AuditRecord(
            at=at,
            actor=actor,
            act=act,
            staff_id=staff_id,
            ticket_id=ticket_id,
            person_id=person_id,
            allowed=allowed,
            detail=detail or {},
        )
    )
    session.flush()

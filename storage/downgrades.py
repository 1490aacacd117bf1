"""Wishes to count a complaint as something milder, in the database: asked by one, decided by another."""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from storage.models import Downgrade, Staff, Ticket


def ask(
    session: Session, ticket: Ticket, to_kind: str, reason: str, staff: Staff, now: datetime
) -> Downgrade:
    """Write a wish down."""
    assert ticket.id is not None
    assert staff.id is not None
    row = Downgrade(
        ticket_id=ticket.id,
        from_kind=ticket.kind,
        to_kind=to_kind,
        reason=reason,
        asked_by=staff.id,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    return row


def undecided(session: Session, ticket: Ticket) -> Downgrade | None:
    """Return the wish for a ticket that nobody has decided yet, or None."""
    return session.execute(
        select(Downgrade)
        .where(col(Downgrade.ticket_id) == ticket.id, col(Downgrade.approved).is_(None))
        .order_by(col(Downgrade.id).desc())
        .limit(1)
    ).scalar_one_or_none()


def decide(session: Session, row: Downgrade, staff: Staff, now: datetime, *, approved: bool) -> bool:
    """Write a decision down; False where it was decided before, or by the one who asked."""
    decided = session.connection().execute(
        update(Downgrade)
        .where(
            col(Downgrade.id) == row.id,
            col(Downgrade.approved).is_(None),
            col(Downgrade.asked_by) != staff.id,
        )
        .values(approved=approved, decided_by=staff.id, decided_at=now)
    )
    session.refresh(row)
    return decided.rowcount == 1

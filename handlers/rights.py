"""Who of our colleagues may do what: asked for every act, whatever channel it comes from, and audited."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

import storage.audit
from handlers.wording import staff as wording
from knowledge.rules.roles import allows
from storage.models import Staff, Ticket


def sees(staff: Staff, ticket: Ticket) -> bool:
    """Return whether a colleague may know of a ticket at all: confidential ones are for few."""
    if not staff.active:
        return False
    if ticket.confidential and staff.id not in (ticket.owner_id, ticket.first_asked_id):
        return allows(staff.role, "ticket.confidential")
    return allows(staff.role, "ticket.see")


def refused(
    session: Session,
    staff: Staff,
    act: str,
    *,
    now: datetime,
    ticket: Ticket | None = None,
    person_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> str | None:
    """Write an act down in the audit and return why it is refused, or None where it is allowed.

    A confidential ticket does not exist for somebody who may not know of it.
    """
    hidden = ticket is not None and not sees(staff, ticket)
    allowed = staff.active and allows(staff.role, act) and not hidden
    storage.audit.write(
        session,
        at=now,
        actor=f"staff:{staff.name}",
        act=act,
        staff_id=staff.id,
        ticket_id=ticket.id if ticket is not None else None,
        person_id=person_id if person_id is not None else (ticket.person_id if ticket is not None else None),
        allowed=allowed,
        detail=detail,
    )
    if allowed:
        return None
    if hidden and ticket is not None and ticket.confidential:
        return wording.no_such_ticket(ticket.number)
    return wording.not_allowed()

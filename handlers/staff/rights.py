"""Who of our colleagues may do what: asked for every act, whatever channel it comes from, and audited."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

import storage.audit
import storage.staff
from handlers.masking import hide_numbers
from handlers.wording import staff as wording
from knowledge.rules.roles import allows
from storage.models import Staff, Ticket

_LONGEST_DETAIL = 48


def sees(staff: Staff, ticket: Ticket) -> bool:
    """Return whether a colleague may know of a ticket at all: confidential ones are for few.

    Who works on a ticket or is accountable for it may always know of it.
    """
    if not staff.active:
        return False
    if staff.id in (ticket.owner_id, ticket.first_asked_id):
        return True
    return allows(staff.role, "ticket.confidential" if ticket.confidential else "ticket.see")


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

    A confidential ticket does not exist for somebody who may not know of it. Until the transaction ends the
    colleague's account stands still, so that nobody can be removed in the middle of an act. `detail` holds
    ids and short words of ours, never a customer's name, number or words.
    """
    storage.staff.stand_still(session, staff)
    hidden = ticket is not None and not sees(staff, ticket)
    may = staff.active and allows(staff.role, act)
    allowed = may and not hidden
    storage.audit.write(
        session,
        at=now,
        actor=f"staff:{staff.name}",
        act=act,
        staff_id=staff.id,
        ticket_id=ticket.id if ticket is not None else None,
        person_id=person_id if person_id is not None else (ticket.person_id if ticket is not None else None),
        allowed=allowed,
        detail={name: _kept(value) for name, value in (detail or {}).items()},
    )
    if allowed:
        return None
    # Who may not do it at all hears the same of every number, there or not.
    if may and ticket is not None and ticket.confidential:
        return wording.no_such_ticket(ticket.number)
    return wording.not_allowed()


def _kept(value: Any) -> Any:
    """Return what the audit keeps of a detail: colleagues type some of them, and may type anything."""
    return hide_numbers(value)[:_LONGEST_DETAIL] if isinstance(value, str) else value

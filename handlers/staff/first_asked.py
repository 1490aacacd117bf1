"""首问负责: who answers a customer first stays accountable until the customer confirms."""

from datetime import datetime

from sqlmodel import Session

import storage.audit
import storage.first_asked
import storage.staff
from handlers.wording import colleagues as wording
from storage.models import HandoverRequest, Staff, Ticket


def hold(session: Session, matter: Ticket | HandoverRequest, staff: Staff, now: datetime) -> bool:
    """Give the duty for a matter to the first colleague who answers; False where somebody has it already."""
    if not storage.first_asked.give(session, matter, staff):
        return False
    _note(session, matter, staff, now, act="first_asked")
    return True


def move(
    session: Session, matter: Ticket | HandoverRequest, to: Staff, reason: str, now: datetime, *, actor: str
) -> bool:
    """Give the duty to another colleague, for a departure or by a lead; False where it is theirs."""
    before = matter.first_asked_id
    if before == to.id or not storage.first_asked.move(session, matter, to):
        return False
    _note(
        session, matter, to, now, act="first_asked.move", actor=actor, detail={"from": before, "why": reason}
    )
    return True


def of(session: Session, staff: Staff) -> list[Ticket]:
    """Return the tickets that a colleague answered first and that no customer has confirmed, oldest first."""
    assert staff.id is not None
    return storage.first_asked.tickets_of(session, staff.id)


def line(session: Session, matter: Ticket | HandoverRequest) -> str:
    """Return the line of cards and alarms that names who is accountable; "" where nobody has answered."""
    staff = storage.staff.by_id(session, matter.first_asked_id)
    return wording.first_asked(staff.name) if staff is not None else ""


def named(session: Session, ticket: Ticket, text: str) -> str:
    """Return an alarm about a ticket with the line that names who is accountable for it."""
    return "\n".join(one for one in (text, line(session, ticket)) if one)


def _note(
    session: Session,
    matter: Ticket | HandoverRequest,
    staff: Staff,
    now: datetime,
    *,
    act: str,
    actor: str = "",
    detail: dict[str, object] | None = None,
) -> None:
    storage.audit.write(
        session,
        at=now,
        actor=actor or f"staff:{staff.name}",
        act=act,
        staff_id=staff.id,
        ticket_id=matter.id if isinstance(matter, Ticket) else None,
        person_id=matter.person_id,
        detail=detail,
    )

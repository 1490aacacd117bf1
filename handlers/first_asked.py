"""首问负责: who answers a customer first stays accountable until the customer confirms."""

from datetime import datetime

from sqlmodel import Session

import storage.audit
from storage.models import HandoverRequest, Staff, Ticket


def hold(session: Session, matter: Ticket | HandoverRequest, staff: Staff, now: datetime) -> bool:
    """Give the duty for a matter to the first colleague who answers; False where somebody has it already."""
    if matter.first_asked_id is not None:
        return False
    matter.first_asked_id = staff.id
    session.add(matter)
    storage.audit.write(
        session,
        at=now,
        actor=f"staff:{staff.name}",
        act="first_asked",
        staff_id=staff.id,
        ticket_id=matter.id if isinstance(matter, Ticket) else None,
        person_id=matter.person_id,
    )
    return True

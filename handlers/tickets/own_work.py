"""`/mine`: what a colleague works on, and what they answered first and no customer has confirmed yet."""

from datetime import datetime

from sqlmodel import Session

import storage.departures
import storage.handover
from handlers.staff import first_asked, rights
from handlers.tickets.ticket_cards import staff_name
from handlers.wording import colleagues as wording
from handlers.wording import tickets as ticket_wording
from handlers.wording.moments import moment
from knowledge.book import Book
from storage.models import Staff, Ticket


def mine(session: Session, book: Book, staff: Staff, now: datetime) -> str:
    """Return a colleague's own list, or why it is refused."""
    refused = rights.refused(session, staff, "ticket.list", now=now, detail={"how": "mine"})
    if refused:
        return refused
    assert staff.id is not None
    work = storage.departures.worked_on(session, staff.id)
    first = first_asked.of(session, staff)
    talks = storage.handover.of_staff(session, staff.id)
    return wording.mine(
        [_line(one) for one in work],
        [_line(one) for one in first],
        [wording.talk(one.person_id, moment(one.asked_at, now, book.zone)) for one in talks],
    )


def _line(ticket: Ticket) -> str:
    return f"- {ticket.number} {staff_name(ticket)} {ticket_wording.STATES[ticket.state]}"

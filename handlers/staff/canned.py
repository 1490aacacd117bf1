"""Ready-made sentences with the ticket's own words put in; a colleague sees one before it is sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from handlers.tickets.ticket_cards import promise_lines
from handlers.turn import Turn
from knowledge.book import Book
from knowledge.rules.canned import Canned
from storage.models import OPEN_STATES, Staff, Ticket


@dataclass(frozen=True, slots=True)
class Filled:
    """A sentence as the customer would read it, and the names of what is not known for it."""

    text: str
    missing: tuple[str, ...]


def filled(turn: Turn, one: Canned, staff: Staff, ticket: Ticket | None) -> Filled:
    """Put the colleague's name, the ticket's number and its next promise into a sentence, then the facts."""
    known = {
        "staff": staff.name,
        "number": ticket.number if ticket is not None else "",
        "promise": _promise(turn.book, turn.session, ticket, turn.now) if ticket is not None else "",
    }
    missing = tuple(name for name, value in known.items() if f"{{{name}}}" in one.text and not value)
    text = one.text
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value or f"〔{name}〕")
    region = ticket.region if ticket is not None else turn.book.utility.region
    return Filled(turn.book.fill(text, region=region, now=turn.now), missing)


def _promise(book: Book, session: Session, ticket: Ticket, now: datetime) -> str:
    if ticket.state not in OPEN_STATES:
        return ""
    lines = promise_lines(book, session, ticket, now)
    return lines[0].lstrip("⏱- ").rstrip("。") if lines else ""

"""What colleagues do with tickets, in the staff group or on the command line: take, note, tell, resolve."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

import storage.staff
import storage.tickets
from handlers.masking import hide_numbers
from handlers.messages import Reply
from handlers.ticket_cards import staff_name, staff_ticket, tell_customer, terms_of
from handlers.turn import Desktop
from handlers.wording import tickets as wording
from handlers.wording.moments import moment
from knowledge.rules.promises import due
from storage.models import OPEN_STATES, Lane, Staff, Ticket, TicketState

# Steps that a colleague's word to the customer keeps.
_KEPT_BY_WORD = ("contact", "pass_on")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a colleague's act: whether it changed anything, and the sentence for them."""

    ok: bool
    text: str
    ticket: Ticket | None = None


Work = Callable[[Desktop, Session, str, Staff, datetime], Done]


def take(desktop: Desktop, session: Session, number: str, staff: Staff, now: datetime) -> Done:
    """Give a ticket to a colleague and tell its customer; of two, the first gets it."""
    ticket = storage.tickets.by_number(session, number)
    if ticket is None:
        return Done(False, wording.work_unknown(number))
    if not storage.tickets.take(session, ticket, staff, now=now):
        owner = storage.staff.by_id(session, ticket.owner_id)
        if owner is not None and ticket.state in OPEN_STATES:
            return Done(False, wording.work_taken_before(ticket.number, owner.name), ticket)
        return Done(False, wording.work_state(ticket.number, ticket.state), ticket)
    event = storage.tickets.events(session, ticket.id or 0)[-1]
    lane = Lane.DANGER if ticket.kind == "danger" else Lane.INTERACTIVE
    tell_customer(desktop, session, ticket, now, event, lane=lane)
    return Done(True, wording.work_taken(ticket.number, staff.name), ticket)


def note(session: Session, number: str, staff: Staff, text: str, now: datetime) -> Done:
    """Keep an internal note, which no customer ever sees."""
    ticket = storage.tickets.by_number(session, number)
    if ticket is None:
        return Done(False, wording.work_unknown(number))
    storage.tickets.note(
        session, ticket, at=now, kind="note", actor=f"staff:{staff.name}", text=text, internal=True
    )
    return Done(True, wording.work_noted(ticket.number), ticket)


def tell(desktop: Desktop, session: Session, number: str, staff: Staff, text: str, now: datetime) -> Done:
    """Send a word about a ticket to its customer."""
    ticket = storage.tickets.by_number(session, number)
    if ticket is None:
        return Done(False, wording.work_unknown(number))
    event = storage.tickets.note(session, ticket, at=now, kind="told", actor=f"staff:{staff.name}", text=text)
    keep(session, ticket, _KEPT_BY_WORD, now)
    reached = tell_customer(desktop, session, ticket, now, event)
    return Done(True, wording.work_done(ticket.number, "已告知客户", reached=reached), ticket)


def arrived(desktop: Desktop, session: Session, number: str, staff: Staff, now: datetime) -> Done:
    """Note that the crew is there; what is promised from then on gets its moments."""
    ticket = storage.tickets.by_number(session, number)
    if ticket is None:
        return Done(False, wording.work_unknown(number))
    if ticket.state != TicketState.TAKEN:
        return Done(False, wording.work_state(ticket.number, ticket.state), ticket)
    event = storage.tickets.note(session, ticket, at=now, kind="arrived", actor=f"staff:{staff.name}")
    keep(session, ticket, ("arrive", "on_site"), now)
    rows = {one.step: one for one in storage.tickets.promises(session, ticket.id or 0)}
    for term in terms_of(ticket):
        if term.after == "arrive" and term.step in rows:
            step, row = due(term, now), rows[term.step]
            row.started_at = now
            row.promised_at = step.promised.at if step.promised else None
            row.limit_at = step.limit.at if step.limit else None
            session.add(row)
    session.flush()
    reached = tell_customer(desktop, session, ticket, now, event)
    return Done(True, wording.work_done(ticket.number, "已记到场", reached=reached), ticket)


def resolve(
    desktop: Desktop, session: Session, number: str, staff: Staff, now: datetime, *, text: str = ""
) -> Done:
    """Say that the work is done and ask the customer whether it is solved."""
    ticket = storage.tickets.by_number(session, number)
    if ticket is None:
        return Done(False, wording.work_unknown(number))
    owner = ticket.owner_id if ticket.owner_id is not None else staff.id
    if not storage.tickets.move(
        session, ticket, to=TicketState.RESOLVED, among=OPEN_STATES, now=now, owner_id=owner
    ):
        return Done(False, wording.work_state(ticket.number, ticket.state), ticket)
    event = storage.tickets.note(
        session, ticket, at=now, kind="resolved", actor=f"staff:{staff.name}", text=text
    )
    keep(session, ticket, None, now)
    reached = tell_customer(desktop, session, ticket, now, event)
    return Done(True, wording.work_done(ticket.number, "已办结，等客户确认", reached=reached), ticket)


def show(
    desktop: Desktop, session: Session, number: str, now: datetime, *, whole: bool = False
) -> Reply | None:
    """Return a ticket with everything that happened; `whole` numbers only for the operator's own machine."""
    ticket = storage.tickets.by_number(session, number)
    if ticket is None:
        return None
    card = staff_ticket(desktop.book, session, ticket, now, whole=whole)
    lines = [card.text]
    for event in storage.tickets.events(session, ticket.id or 0):
        at = moment(event.at, now, desktop.book.zone)
        text = event.text if whole else hide_numbers(event.text)
        lines.append(
            f"- {at} {event.actor} {event.kind}{'（内部）' if event.internal else ''} {text}".rstrip()
        )
    return Reply("\n".join(lines), card.choices, kind="staff")


def listing(
    session: Session, *, states: Collection[str] | None = OPEN_STATES
) -> list[tuple[Ticket, str, str]]:
    """Return tickets for colleagues with their kind and owner as read, the most urgent first."""
    rows = []
    for ticket in storage.tickets.listing(session, states=states):
        owner = storage.staff.by_id(session, ticket.owner_id)
        rows.append((ticket, staff_name(ticket), owner.name if owner is not None else ""))
    return rows


def keep(session: Session, ticket: Ticket, steps: Collection[str] | None, now: datetime) -> None:
    """Note that promises are kept: those of the steps named, or all with None."""
    for promise in storage.tickets.promises(session, ticket.id or 0):
        if promise.kept_at is None and (steps is None or promise.step in steps):
            promise.kept_at = now
            session.add(promise)
    session.flush()

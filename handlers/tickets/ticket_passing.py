"""Passing a ticket on: to a colleague or a team, with a reason; the duty of who was asked first stays."""

from datetime import datetime

from sqlmodel import Session

import storage.staff
import storage.tickets
from handlers.staff import rights
from handlers.tickets import ticket_states
from handlers.tickets.ticket_cards import staff_choices, tell_customer
from handlers.tickets.ticket_posts import tell_room
from handlers.tickets.ticket_work import Done, begin
from handlers.turn import Desktop
from handlers.wording import ticket_work as wording
from knowledge.rules.ticket_kinds import ticket_kinds
from storage.models import Staff, Ticket, TicketState


def transfer(
    desktop: Desktop, session: Session, number: str, staff: Staff, to: str, reason: str, now: datetime
) -> Done:
    """Give one's work to a colleague or a team by name; the reason is for colleagues only."""
    ticket = begin(session, number, staff, "ticket.transfer", now, detail={"to": to})
    if isinstance(ticket, Done):
        return ticket
    if not reason.strip():
        return Done(False, wording.work_needs_reason(), ticket)
    return _give(desktop, session, ticket, staff, to.strip(), reason.strip(), now)


def assign(desktop: Desktop, session: Session, number: str, staff: Staff, to: str, now: datetime) -> Done:
    """Give a ticket out to a colleague or a team by name, as a dispatcher does."""
    ticket = begin(session, number, staff, "ticket.assign", now, detail={"to": to})
    if isinstance(ticket, Done):
        return ticket
    return _give(desktop, session, ticket, staff, to.strip(), "", now)


def teams(session: Session) -> list[str]:
    """Return the teams that work can be given to."""
    found = {kind.team for kind in ticket_kinds().values()}
    return sorted(found | {one.team for one in storage.staff.everybody(session)})


# -- inside


def _give(
    desktop: Desktop, session: Session, ticket: Ticket, staff: Staff, to: str, reason: str, now: datetime
) -> Done:
    colleague = storage.staff.by_name(session, to)
    if colleague is not None and not colleague.active:
        colleague = None
    if colleague is None and to not in teams(session):
        return Done(False, wording.work_to_whom(to, teams(session)), ticket)
    if colleague is not None and not rights.sees(colleague, ticket):
        return Done(False, wording.work_may_not_see(to), ticket)
    waiting = ticket.state == TicketState.WAITING
    if colleague is not None:
        step = "hand_on_waiting" if waiting else "hand_on"
        moved = ticket_states.move(session, ticket, step, now, owner_id=colleague.id)
    else:
        # Who waits stays with the one who knows for what.
        step = "hand_on_waiting" if waiting else "hand_to_team"
        changes = {"team": to} if waiting else {"team": to, "owner_id": None}
        moved = ticket_states.move(session, ticket, step, now, **changes)
    if not moved:
        return Done(False, wording.work_state(ticket.number, ticket.state), ticket)
    if ticket.kind == "danger" and ticket.state == TicketState.ACCEPTED:
        ticket.alarm_at = now  # nobody has it: it is called out again
        session.add(ticket)
    actor = f"staff:{staff.name}"
    event = storage.tickets.note(
        session, ticket, at=now, kind="passed_on", actor=actor, text=f"{to}：{reason}", internal=True
    )
    seen = storage.tickets.note(session, ticket, at=now, kind="handed_on", actor=actor)
    text = wording.work_handed_on(ticket.number, to, reason)
    tell_room(desktop, session, ticket, event, text, now, choices=staff_choices(ticket))
    tell_customer(desktop, session, ticket, now, seen, quiet=True)
    return Done(True, text, ticket)

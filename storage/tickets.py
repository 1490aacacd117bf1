"""Tickets in the database: opening one once, finding them, and changing their state so that one hand wins."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from storage.models import OPEN_STATES, Staff, Ticket, TicketEvent, TicketPromise, TicketState


def by_draft(session: Session, draft_key: str) -> Ticket | None:
    """Return the ticket that came of a draft, or None."""
    return session.execute(select(Ticket).where(col(Ticket.draft_key) == draft_key)).scalar_one_or_none()


def by_number(session: Session, number: str) -> Ticket | None:
    """Return the ticket with this number, or None."""
    return session.execute(
        select(Ticket).where(col(Ticket.number) == number.strip().upper())
    ).scalar_one_or_none()


def of_person(session: Session, person_id: int, *, limit: int = 10) -> list[Ticket]:
    """Return a person's tickets, those still open first, then the newest."""
    rows = session.execute(
        select(Ticket)
        .where(col(Ticket.person_id) == person_id)
        .order_by(col(Ticket.state).in_(OPEN_STATES).desc(), col(Ticket.id).desc())
        .limit(limit)
    )
    return list(rows.scalars())


def own(session: Session, person_id: int, number: str) -> Ticket | None:
    """Return a person's own ticket by its number; somebody else's does not exist for them."""
    ticket = by_number(session, number)
    return ticket if ticket is not None and ticket.person_id == person_id else None


def open_of_kind(session: Session, person_id: int, kind: str, *, since: datetime) -> list[Ticket]:
    """Return a person's open tickets of one kind that were opened since a moment, newest first."""
    rows = session.execute(
        select(Ticket)
        .where(
            col(Ticket.person_id) == person_id,
            col(Ticket.kind) == kind,
            col(Ticket.state).in_(OPEN_STATES),
            col(Ticket.opened_at) >= since,
        )
        .order_by(col(Ticket.id).desc())
    )
    return list(rows.scalars())


def listing(session: Session, *, states: Collection[str] | None = None, limit: int = 50) -> list[Ticket]:
    """Return tickets for staff, most urgent first, then the oldest."""
    statement = select(Ticket).order_by(col(Ticket.priority).desc(), col(Ticket.id)).limit(limit)
    if states:
        statement = statement.where(col(Ticket.state).in_(list(states)))
    return list(session.execute(statement).scalars())


def add(session: Session, ticket: Ticket, *, prefix: str, day: str) -> Ticket:
    """Store a ticket and give it its number; numbers may have gaps."""
    ticket.number = secrets.token_hex(12)  # until the id is known; unique beside other writers
    session.add(ticket)
    session.flush()
    ticket.number = f"{prefix}{day}-{ticket.id:04d}"
    session.flush()
    return ticket


def note(
    session: Session,
    ticket: Ticket,
    *,
    at: datetime,
    kind: str,
    actor: str,
    text: str = "",
    internal: bool = False,
) -> TicketEvent:
    """Write down something that happened to a ticket."""
    assert ticket.id is not None
    event = TicketEvent(ticket_id=ticket.id, at=at, kind=kind, actor=actor, text=text, internal=internal)
    session.add(event)
    session.flush()
    return event


def events(session: Session, ticket_id: int) -> list[TicketEvent]:
    """Return what happened to a ticket, oldest first."""
    return list(
        session.execute(
            select(TicketEvent).where(col(TicketEvent.ticket_id) == ticket_id).order_by(col(TicketEvent.id))
        ).scalars()
    )


def promises(session: Session, ticket_id: int) -> list[TicketPromise]:
    """Return what was promised for a ticket, in the order of its steps."""
    return list(
        session.execute(
            select(TicketPromise)
            .where(col(TicketPromise.ticket_id) == ticket_id)
            .order_by(col(TicketPromise.id))
        ).scalars()
    )


def take(session: Session, ticket: Ticket, staff: Staff, *, now: datetime) -> bool:
    """Give a ticket to a colleague; False where somebody else was faster or it is settled."""
    taken = session.connection().execute(
        update(Ticket)
        .where(
            col(Ticket.id) == ticket.id,
            col(Ticket.owner_id).is_(None),
            col(Ticket.state) == TicketState.ACCEPTED,
        )
        .values(owner_id=staff.id, state=TicketState.TAKEN, alarm_at=None)
    )
    session.refresh(ticket)
    if taken.rowcount != 1:
        return False
    note(session, ticket, at=now, kind="taken", actor=f"staff:{staff.name}")
    return True


def move(
    session: Session,
    ticket: Ticket,
    *,
    to: TicketState,
    among: Collection[str],
    now: datetime,
    **changes: Any,
) -> bool:
    """Change a ticket's state if it still is in one of the states named; False where it is not."""
    settled = None if to in OPEN_STATES else now
    moved = session.connection().execute(
        update(Ticket)
        .where(col(Ticket.id) == ticket.id, col(Ticket.state).in_(list(among)))
        .values(state=to, settled_at=settled, alarm_at=None, **changes)
    )
    session.refresh(ticket)
    return moved.rowcount == 1


def due_alarms(session: Session, now: datetime) -> list[Ticket]:
    """Return the danger tickets that nobody has taken and that are to be called out again."""
    return list(
        session.execute(
            select(Ticket)
            .where(col(Ticket.alarm_at) <= now, col(Ticket.state) == TicketState.ACCEPTED)
            .order_by(col(Ticket.id))
        ).scalars()
    )


def open_count(session: Session) -> int:
    """Return how many tickets are open."""
    return int(
        session.execute(
            select(func.count()).select_from(Ticket).where(col(Ticket.state).in_(OPEN_STATES))
        ).scalar_one()
    )


def recent_danger(session: Session, person_id: int, *, now: datetime, within: timedelta) -> Ticket | None:
    """Return a person's open danger ticket of the last while, or None."""
    return session.execute(
        select(Ticket)
        .where(
            col(Ticket.person_id) == person_id,
            col(Ticket.kind) == "danger",
            col(Ticket.state).in_(OPEN_STATES),
            col(Ticket.opened_at) >= now - within,
        )
        .order_by(col(Ticket.id).desc())
        .limit(1)
    ).scalar_one_or_none()

"""Tickets in the database: opening one once, finding them, and changing their state so that one hand wins."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlmodel import Session, col

import storage.audit
from storage.models import (
    OPEN_STATES,
    Binding,
    Staff,
    Ticket,
    TicketEvent,
    TicketPause,
    TicketPromise,
    TicketState,
)

# A customer follows these as something that is being worked on.
RUNNING = (*OPEN_STATES, TicketState.MERGED)


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
        .order_by(col(Ticket.state).in_(RUNNING).desc(), col(Ticket.id).desc())
        .limit(limit)
    )
    return list(rows.scalars())


def own(session: Session, person_id: int, number: str) -> Ticket | None:
    """Return a person's own ticket by its number; somebody else's does not exist for them."""
    ticket = by_number(session, number)
    return ticket if ticket is not None and ticket.person_id == person_id else None


def is_of_household(session: Session, person_id: int, ticket: Ticket) -> bool:
    """Return whether a ticket is for an account that this person has proven to belong to."""
    if ticket.account_id is None:
        return False
    bound = exists().where(col(Binding.person_id) == person_id, col(Binding.account_id) == ticket.account_id)
    return bool(session.execute(select(bound)).scalar_one())


def open_of_kind(session: Session, person_id: int, kind: str, *, since: datetime) -> list[Ticket]:
    """Return a person's tickets of one kind in work that were opened since a moment, newest first."""
    rows = session.execute(
        select(Ticket)
        .where(
            col(Ticket.person_id) == person_id,
            col(Ticket.kind) == kind,
            col(Ticket.state).in_(RUNNING),
            col(Ticket.opened_at) >= since,
        )
        .order_by(col(Ticket.id).desc())
    )
    return list(rows.scalars())


def open_at_account(session: Session, account_id: int, kind: str, *, since: datetime) -> list[Ticket]:
    """Return the tickets of one kind in work for an account, whoever opened them, newest first."""
    rows = session.execute(
        select(Ticket)
        .where(
            col(Ticket.account_id) == account_id,
            col(Ticket.kind) == kind,
            col(Ticket.state).in_(RUNNING),
            col(Ticket.opened_at) >= since,
        )
        .order_by(col(Ticket.id).desc())
    )
    return list(rows.scalars())


def alike(session: Session, ticket: Ticket, *, since: datetime, limit: int = 3) -> list[Ticket]:
    """Return other persons' open tickets of the same kind at the same account or place, oldest first."""
    same = []
    if ticket.account_id is not None:
        same.append(col(Ticket.account_id) == ticket.account_id)
    if ticket.place_key:
        same.append((col(Ticket.place_key) == ticket.place_key) & (col(Ticket.region) == ticket.region))
    if ticket.outage_id is not None:
        same.append(col(Ticket.outage_id) == ticket.outage_id)
    if not same:
        return []
    rows = session.execute(
        select(Ticket)
        .where(
            col(Ticket.kind) == ticket.kind,
            col(Ticket.state).in_(OPEN_STATES),
            col(Ticket.confidential).is_(False),
            col(Ticket.opened_at) >= since,
            col(Ticket.id) != ticket.id,
            col(Ticket.person_id).is_distinct_from(ticket.person_id),
            or_(*same),
        )
        .order_by(col(Ticket.id))
        .limit(limit)
    )
    return list(rows.scalars())


def listing(
    session: Session,
    *,
    states: Collection[str] | None = None,
    owner_id: int | None = None,
    first_asked_id: int | None = None,
    team: str | None = None,
    limit: int = 50,
) -> list[Ticket]:
    """Return tickets for staff, most urgent first, then the oldest."""
    statement = select(Ticket).order_by(col(Ticket.priority).desc(), col(Ticket.id)).limit(limit)
    if states:
        statement = statement.where(col(Ticket.state).in_(list(states)))
    if owner_id is not None:
        statement = statement.where(col(Ticket.owner_id) == owner_id)
    if first_asked_id is not None:
        statement = statement.where(col(Ticket.first_asked_id) == first_asked_id)
    if team is not None:
        statement = statement.where(col(Ticket.team) == team)
    return list(session.execute(statement).scalars())


def hold(session: Session, *tickets: Ticket) -> None:
    """Read tickets anew and keep others from changing them until this transaction ends."""
    for ticket in sorted(
        tickets, key=lambda one: one.id or 0
    ):  # one order for all: no two wait for each other
        session.refresh(ticket, with_for_update=True)


def merged_into(session: Session, ticket: Ticket) -> list[Ticket]:
    """Return the tickets that go on in this one, oldest first."""
    rows = session.execute(
        select(Ticket)
        .where(col(Ticket.merged_into_id) == ticket.id, col(Ticket.state) == TicketState.MERGED)
        .order_by(col(Ticket.id))
    )
    return list(rows.scalars())


def pause_of(session: Session, ticket: Ticket) -> TicketPause | None:
    """Return what a ticket waits for now, or None."""
    return session.execute(
        select(TicketPause)
        .where(col(TicketPause.ticket_id) == ticket.id, col(TicketPause.until).is_(None))
        .order_by(col(TicketPause.id).desc())
        .limit(1)
    ).scalar_one_or_none()


def due_questions(session: Session, now: datetime, *, limit: int = 100) -> list[Ticket]:
    """Return the tickets whose customer is to be asked something now: whether it is done, or how it was."""
    return list(
        session.execute(
            select(Ticket).where(col(Ticket.ask_at) <= now).order_by(col(Ticket.ask_at)).limit(limit)
        ).scalars()
    )


def put_off(
    session: Session,
    ticket: Ticket,
    *,
    until: datetime | None,
    asked_at: datetime | None = None,
) -> bool:
    """Move a ticket's next question; False where another hand, or another state, was faster."""
    values: dict[str, Any] = {"ask_at": until}
    if asked_at is not None:
        values["asked_at"] = asked_at
    session.flush()
    moved = session.connection().execute(
        update(Ticket)
        .where(
            col(Ticket.id) == ticket.id,
            col(Ticket.state) == ticket.state,
            col(Ticket.ask_at) == ticket.ask_at,
        )
        .values(**values)
    )
    session.refresh(ticket)
    return moved.rowcount == 1


def asked_of(session: Session, person_id: int) -> list[Ticket]:
    """Return a person's tickets that are said to be done and not confirmed, the newest first."""
    rows = session.execute(
        select(Ticket)
        .where(col(Ticket.person_id) == person_id, col(Ticket.state) == TicketState.RESOLVED)
        .order_by(col(Ticket.resolved_at).desc(), col(Ticket.id).desc())
    )
    return list(rows.scalars())


def endings(session: Session, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many tickets ended in a stretch of time: confirmed, unconfirmed, withdrawn, reopened."""
    kinds = ("confirmed", "unconfirmed", "withdrawn", "reopened")
    rows = session.execute(
        select(col(TicketEvent.kind), func.count())
        .where(col(TicketEvent.kind).in_(kinds), col(TicketEvent.at) >= since, col(TicketEvent.at) < until)
        .group_by(col(TicketEvent.kind))
    )
    counted = {str(kind): int(count) for kind, count in rows}
    return {kind: counted.get(kind, 0) for kind in kinds}


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
    if not actor.startswith("staff:"):  # what colleagues do is audited where their right is asked for
        storage.audit.write(
            session, at=at, actor=actor, act=f"event.{kind}", ticket_id=ticket.id, person_id=ticket.person_id
        )
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
    session.flush()
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
    settled = None if to in RUNNING else now
    session.flush()  # what was changed in memory must not write over this afterwards
    moved = session.connection().execute(
        update(Ticket)
        .where(col(Ticket.id) == ticket.id, col(Ticket.state).in_(list(among)))
        .values(state=to, settled_at=settled, alarm_at=None, **changes)
    )
    session.refresh(ticket)
    return moved.rowcount == 1


def change(session: Session, ticket: Ticket, *, among: Collection[str], **changes: Any) -> bool:
    """Change a ticket that still is in one of the states named, and stays there; False where it is not."""
    session.flush()
    changed = session.connection().execute(
        update(Ticket)
        .where(col(Ticket.id) == ticket.id, col(Ticket.state).in_(list(among)))
        .values(**(changes or {"state": Ticket.state}))
    )
    session.refresh(ticket)
    return changed.rowcount == 1


def due_alarms(session: Session, now: datetime) -> list[Ticket]:
    """Return the danger tickets that nobody has taken and that are to be called out again."""
    return list(
        session.execute(
            select(Ticket)
            .where(col(Ticket.alarm_at) <= now, col(Ticket.state) == TicketState.ACCEPTED)
            .order_by(col(Ticket.id))
        ).scalars()
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

"""Promises of tickets in the database: the ones about to break, their alarms, and how they were kept."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col

from storage.models import OPEN_STATES, PromiseAlarm, Ticket, TicketPromise


def overdue(
    session: Session, now: datetime, *, rung: str, limit: int = 100
) -> list[tuple[TicketPromise, Ticket]]:
    """Return the promises of open tickets whose limit has passed and that this rung has not been told of."""
    told = exists().where(
        col(PromiseAlarm.promise_id) == col(TicketPromise.id),
        col(PromiseAlarm.rung) == rung,
        col(PromiseAlarm.limit_at) == col(TicketPromise.limit_at),
    )
    rows = session.execute(
        select(TicketPromise, Ticket)
        .join(Ticket, col(Ticket.id) == col(TicketPromise.ticket_id))
        .where(
            col(TicketPromise.limit_at) <= now,
            col(TicketPromise.kept_at).is_(None),
            col(TicketPromise.void_at).is_(None),
            ~told,
            col(Ticket.state).in_(OPEN_STATES),
        )
        .order_by(col(TicketPromise.id))
        .limit(limit)
    )
    return [(promise, ticket) for promise, ticket in rows]


def alarmed(session: Session, promise: TicketPromise, rung: str, now: datetime) -> PromiseAlarm:
    """Note that a rung of the ladder was told of a promise."""
    assert promise.id is not None
    assert promise.limit_at is not None
    row = PromiseAlarm(promise_id=promise.id, rung=rung, limit_at=promise.limit_at, at=now)
    session.add(row)
    session.flush()
    return row

"""Promises of tickets in the database: pauses, alarms that are due, and how a month's promises were kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select, update
from sqlmodel import Session, col

from storage.models import (
    OPEN_STATES,
    PromiseAlarm,
    Ticket,
    TicketPause,
    TicketPromise,
    TicketState,
)

Pauses = list[tuple[datetime, datetime | None]]

_AT_ONCE = 500  # a statement holds only so many ids


def of_ticket(session: Session, ticket_id: int) -> list[TicketPromise]:
    """Return everything that was promised for a ticket, in the order in which it was."""
    return list(
        session.execute(
            select(TicketPromise)
            .where(col(TicketPromise.ticket_id) == ticket_id)
            .order_by(col(TicketPromise.id))
        ).scalars()
    )


def pauses(session: Session, ticket_id: int) -> Pauses:
    """Return the stretches in which a ticket's clocks stood still; the last may not have ended."""
    return [(one.since, one.until) for one in _pauses(session, [ticket_id])]


def pauses_of(session: Session, ticket_ids: Iterable[int]) -> dict[int, Pauses]:
    """Return the pauses of many tickets, by ticket."""
    found: dict[int, Pauses] = {}
    ids = sorted(set(ticket_ids))
    for first in range(0, len(ids), _AT_ONCE):
        for one in _pauses(session, ids[first : first + _AT_ONCE]):
            found.setdefault(one.ticket_id, []).append((one.since, one.until))
    return found


def standing_still(session: Session, ticket_id: int) -> TicketPause | None:
    """Return the pause that a ticket is in, or None."""
    return session.execute(
        select(TicketPause)
        .where(col(TicketPause.ticket_id) == ticket_id, col(TicketPause.until).is_(None))
        .order_by(col(TicketPause.id))
        .limit(1)
    ).scalar_one_or_none()


def due_alarms(session: Session, now: datetime, *, limit: int) -> list[tuple[TicketPromise, Ticket]]:
    """Return the promises of which somebody is to be told by now, the longest due first."""
    rows = session.execute(
        select(TicketPromise, Ticket)
        .join(Ticket, col(Ticket.id) == col(TicketPromise.ticket_id))
        .where(col(TicketPromise.next_alarm_at) <= now)
        .order_by(col(TicketPromise.next_alarm_at), col(TicketPromise.id))
        .limit(limit)
    )
    return [(promise, ticket) for promise, ticket in rows]


def claim_alarm(session: Session, promise: TicketPromise, *, following: datetime | None) -> bool:
    """Move a promise on to its next alarm; False where another service has just done so."""
    session.flush()
    moved = session.connection().execute(
        update(TicketPromise)
        .where(col(TicketPromise.id) == promise.id, col(TicketPromise.next_alarm_at) == promise.next_alarm_at)
        .values(next_alarm_at=following)
    )
    session.refresh(promise)
    return moved.rowcount == 1


def alarms(session: Session, promise: TicketPromise) -> set[tuple[str, datetime]]:
    """Return which rungs were told of a promise, each with the moment that was at stake."""
    rows = session.execute(select(PromiseAlarm).where(col(PromiseAlarm.promise_id) == promise.id)).scalars()
    return {(row.rung, row.limit_at) for row in rows}


def alarmed(session: Session, promise: TicketPromise, rung: str, at_stake: datetime, now: datetime) -> None:
    """Note that a rung of the ladder was told of a promise."""
    assert promise.id is not None
    session.add(PromiseAlarm(promise_id=promise.id, rung=rung, limit_at=at_stake, at=now))


def provisional(
    session: Session, *, regions: Sequence[str], among: bool, before: datetime, limit: int
) -> list[tuple[TicketPromise, Ticket]]:
    """Return owed promises that were counted without an official calendar and are due before a moment.

    Of tickets in the regions named, or with `among` False of all others.
    """
    named = col(Ticket.region).in_(list(regions))
    still = exists().where(
        col(TicketPause.ticket_id) == col(TicketPromise.ticket_id), col(TicketPause.until).is_(None)
    )
    rows = session.execute(
        select(TicketPromise, Ticket)
        .join(Ticket, col(Ticket.id) == col(TicketPromise.ticket_id))
        .where(
            col(TicketPromise.provisional).is_(True),
            col(TicketPromise.kept_at).is_(None),
            col(TicketPromise.void_at).is_(None),
            col(Ticket.state).in_((*OPEN_STATES, TicketState.MERGED)),
            func.coalesce(col(TicketPromise.promised_at), col(TicketPromise.limit_at)) < before,
            func.coalesce(col(TicketPromise.limit_at), col(TicketPromise.promised_at)) < before,
            col(TicketPromise.started_at).is_not(None),
            or_(col(TicketPromise.told_span).is_not(None), col(TicketPromise.limit_span).is_not(None)),
            ~still,  # counted when it goes on
            named if among else ~named,
        )
        .order_by(col(TicketPromise.id))
        .limit(limit)
    )
    return [(promise, ticket) for promise, ticket in rows]


def due_in(session: Session, since: datetime, until: datetime) -> list[tuple[TicketPromise, Ticket]]:
    """Return the promises whose moment lies in a stretch of time, the ones no longer owed too."""
    moment = func.coalesce(col(TicketPromise.promised_at), col(TicketPromise.limit_at))
    rows = session.execute(
        select(TicketPromise, Ticket)
        .join(Ticket, col(Ticket.id) == col(TicketPromise.ticket_id))
        .where(moment >= since, moment < until)
        .order_by(col(TicketPromise.id))
    )
    return [(promise, ticket) for promise, ticket in rows]


def _pauses(session: Session, ticket_ids: Sequence[int]) -> list[TicketPause]:
    return list(
        session.execute(
            select(TicketPause)
            .where(col(TicketPause.ticket_id).in_(ticket_ids))
            .order_by(col(TicketPause.since), col(TicketPause.id))
        ).scalars()
    )

"""Customers who wait for a colleague or speak with one: one row a wish, changed so that one hand wins."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, literal, or_, select, update
from sqlmodel import Session, col

from storage.models import (
    Account,
    Binding,
    Customer,
    HandoverRequest,
    Staff,
    Ticket,
    TicketPromise,
    TicketState,
)

DANGER = 3
VULNERABLE = 2
BROKEN_PROMISE = 1

_OPEN = col(HandoverRequest.closed_at).is_(None)
_WAITS = (_OPEN, col(HandoverRequest.answered_at).is_(None), col(HandoverRequest.claimed_by).is_(None))
_AT_WORK = (TicketState.ACCEPTED, TicketState.TAKEN)


def open_of(session: Session, person_id: int, *, lock: bool = False) -> HandoverRequest | None:
    """Return a person's open request, or None; locked, it stays as it is until the transaction ends."""
    statement = (
        select(HandoverRequest)
        .where(col(HandoverRequest.person_id) == person_id, _OPEN)
        .order_by(col(HandoverRequest.id).desc())
        .limit(1)
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.execute(statement).scalar_one_or_none()


def by_id(session: Session, request_id: int) -> HandoverRequest | None:
    """Return a request, open or closed, or None."""
    return session.get(HandoverRequest, request_id)


def ask(
    session: Session,
    person_id: int,
    *,
    reason: str,
    now: datetime,
    waiting_since: datetime | None,
    priority: int = 0,
) -> HandoverRequest:
    """Open a request for a person, who has none open."""
    request = HandoverRequest(
        person_id=person_id,
        reason=reason,
        priority=priority,
        asked_at=now,
        waiting_since=waiting_since,
        last_at=now,
    )
    session.add(request)
    session.flush()
    return request


# -- the order of the queue


def order(session: Session, head_start: timedelta) -> list[int]:
    """Return the keys of all who wait and are nobody's, the next one first.

    Danger comes first, then who was somebody's already and was given back. All others go by the moment at
    which they asked, each step of priority counting as if they had asked a head start earlier: so nobody is
    overtaken for ever, and no place gets worse by the mere passing of time.
    """
    session.flush()
    rows = session.execute(
        select(
            col(HandoverRequest.id),
            col(HandoverRequest.priority),
            col(HandoverRequest.returned),
            col(HandoverRequest.asked_at),
        ).where(*_WAITS)
    ).all()

    def rank(row: Any) -> tuple[bool, bool, datetime, int]:
        number, priority, returned, asked_at = row
        danger = priority >= DANGER
        return not danger, not returned, asked_at - (timedelta() if danger else priority * head_start), number

    return [int(row[0]) for row in sorted(rows, key=rank)]


def waiting(session: Session, keys: Collection[int]) -> dict[int, HandoverRequest]:
    """Return requests by their keys."""
    rows = session.execute(select(HandoverRequest).where(col(HandoverRequest.id).in_(list(keys)))).scalars()
    return {row.id: row for row in rows if row.id is not None}


def priorities(session: Session, person_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return who of some persons goes before others: 3 danger, 2 vulnerable, 1 a broken promise."""
    persons = list(person_ids)
    found: dict[int, int] = {}
    if not persons:
        return found
    late = (
        select(col(Ticket.person_id))
        .join(TicketPromise, col(TicketPromise.ticket_id) == col(Ticket.id))
        .where(
            col(Ticket.person_id).in_(persons),
            col(Ticket.state).in_(_AT_WORK),
            col(TicketPromise.limit_at) <= now,
            col(TicketPromise.kept_at).is_(None),
            col(TicketPromise.void_at).is_(None),
        )
    )
    vulnerable = (
        select(col(Binding.person_id))
        .join(Account, col(Account.id) == col(Binding.account_id))
        .join(Customer, col(Customer.id) == col(Account.customer_id))
        .where(col(Binding.person_id).in_(persons), col(Customer.vulnerable).is_(True))
    )
    danger = select(col(Ticket.person_id)).where(
        col(Ticket.person_id).in_(persons),
        col(Ticket.kind) == "danger",
        col(Ticket.priority) >= DANGER,
        col(Ticket.state).in_(_AT_WORK),
    )
    for statement, priority in ((late, BROKEN_PROMISE), (vulnerable, VULNERABLE), (danger, DANGER)):
        for person_id in session.execute(statement).scalars():
            if person_id is not None:
                found[person_id] = priority
    return found


# -- whose a request is


def claim(
    session: Session,
    request: HandoverRequest,
    staff: Staff,
    *,
    now: datetime,
    until: datetime,
    capacity: int | None,
) -> Literal["claimed", "held", "full"]:
    """Give a request that is nobody's to a colleague; one hand wins.

    A claim that has run out is nobody's. With `capacity` a colleague who holds so many already gets none; the
    account must be locked, or two claims of one colleague could pass side by side.
    """
    session.flush()
    free = or_(col(HandoverRequest.claimed_by).is_(None), col(HandoverRequest.claim_until) <= now)
    mine = _load(staff)
    statement = update(HandoverRequest).where(
        col(HandoverRequest.id) == request.id, _OPEN, col(HandoverRequest.answered_at).is_(None), free
    )
    if capacity is not None:
        statement = statement.where(mine < capacity)
    claimed = session.connection().execute(
        statement.values(claimed_by=staff.id, claimed_at=now, claim_until=until)
    )
    session.refresh(request)
    if claimed.rowcount == 1:
        return "claimed"
    nobodys = request.claimed_by is None or (request.claim_until is not None and request.claim_until <= now)
    if request.closed_at is None and request.answered_at is None and nobodys:
        return "full"
    return "held"


def answer(session: Session, request: HandoverRequest, staff: Staff, now: datetime) -> bool:
    """Note a colleague's word to a customer who is theirs; False where the customer is theirs no more."""
    session.flush()
    answered = session.connection().execute(
        update(HandoverRequest)
        .where(col(HandoverRequest.id) == request.id, _OPEN, col(HandoverRequest.claimed_by) == staff.id)
        .values(
            answered_at=_or(col(HandoverRequest.answered_at), now),
            answered_by=staff.id,
            claim_until=None,
            waiting_since=None,
            told_late_at=None,
            last_at=now,
        )
    )
    session.refresh(request)
    return answered.rowcount == 1


def hand_on(
    session: Session,
    request: HandoverRequest,
    to: Staff,
    *,
    now: datetime,
    until: datetime,
    waiting_since: datetime,
    capacity: int | None,
) -> Literal["claimed", "held", "full"]:
    """Give a request to another colleague than the one who held it when it was read."""
    session.flush()
    before = request.claimed_by
    holder = col(HandoverRequest.claimed_by)
    statement = update(HandoverRequest).where(
        col(HandoverRequest.id) == request.id, _OPEN, holder.is_(None) if before is None else holder == before
    )
    if capacity is not None:
        statement = statement.where(_load(to) < capacity)
    values: dict[str, Any] = {"claimed_by": to.id, "claimed_at": now, "last_at": now}
    if request.answered_at is None:
        values["claim_until"] = until
    else:
        values |= {"answered_by": to.id, "waiting_since": waiting_since, "told_late_at": None}
    moved = session.connection().execute(statement.values(**values))
    session.refresh(request)
    if moved.rowcount == 1:
        return "claimed"
    return "full" if request.closed_at is None and request.claimed_by == before else "held"


def release(session: Session, request: HandoverRequest, staff_id: int, now: datetime) -> bool:
    """Make a request nobody's again, with the moment it was asked; False where it is not theirs."""
    session.flush()
    released = session.connection().execute(
        update(HandoverRequest)
        .where(col(HandoverRequest.id) == request.id, _OPEN, col(HandoverRequest.claimed_by) == staff_id)
        .values(
            claimed_by=None,
            claimed_at=None,
            claim_until=None,
            answered_at=None,
            answered_by=None,
            returned=col(HandoverRequest.returned) + 1,
            told_place=None,
            waiting_since=_or(col(HandoverRequest.waiting_since), now),
            last_at=now,
        )
    )
    session.refresh(request)
    return released.rowcount == 1


def close(session: Session, request: HandoverRequest, *, by: str, now: datetime) -> bool:
    """Close a request; False where it was closed already."""
    session.flush()
    closed = session.connection().execute(
        update(HandoverRequest)
        .where(col(HandoverRequest.id) == request.id, _OPEN)
        .values(closed_at=now, closed_by=by, claim_until=None, waiting_since=None)
    )
    session.refresh(request)
    return closed.rowcount == 1


def held_by(session: Session, staff_id: int) -> list[HandoverRequest]:
    """Return the open requests that a colleague has claimed or answered, in the order they were asked."""
    return list(
        session.execute(
            select(HandoverRequest)
            .where(col(HandoverRequest.claimed_by) == staff_id, _OPEN)
            .order_by(col(HandoverRequest.asked_at), col(HandoverRequest.id))
        ).scalars()
    )


def of_staff(session: Session, staff_id: int) -> list[HandoverRequest]:
    """Return the open requests that a colleague has answered, the last spoken with first."""
    return list(
        session.execute(
            select(HandoverRequest)
            .where(
                col(HandoverRequest.claimed_by) == staff_id,
                col(HandoverRequest.answered_at).is_not(None),
                _OPEN,
            )
            .order_by(col(HandoverRequest.last_at).desc())
        ).scalars()
    )


def hands(session: Session) -> list[tuple[Staff, int]]:
    """Return the colleagues on duty with how many customers each of them holds."""
    session.flush()
    held = (
        select(col(HandoverRequest.claimed_by), func.count().label("held"))
        .where(_OPEN, col(HandoverRequest.claimed_by).is_not(None))
        .group_by(col(HandoverRequest.claimed_by))
        .subquery()
    )
    rows = session.execute(
        select(Staff, func.coalesce(held.c.held, 0))
        .join(held, held.c.claimed_by == col(Staff.id), isouter=True)
        .where(col(Staff.active).is_(True), col(Staff.on_duty).is_(True))
        .order_by(col(Staff.id))
    )
    return [(staff, int(count)) for staff, count in rows]


# -- what is due


def expired(session: Session, now: datetime) -> list[HandoverRequest]:
    """Return the claims after which no word has come in time, the eldest first."""
    return list(
        session.execute(
            select(HandoverRequest)
            .where(col(HandoverRequest.claim_until) <= now, _OPEN, col(HandoverRequest.answered_at).is_(None))
            .order_by(col(HandoverRequest.asked_at), col(HandoverRequest.id))
        ).scalars()
    )


def impatient(session: Session, since: datetime) -> list[HandoverRequest]:
    """Return the open requests whose customer has waited since a moment or longer and was not told so."""
    return list(
        session.execute(
            select(HandoverRequest)
            .where(
                _OPEN,
                col(HandoverRequest.waiting_since) <= since,
                col(HandoverRequest.told_late_at).is_(None),
            )
            .order_by(col(HandoverRequest.id))
        ).scalars()
    )


def silent(session: Session, since: datetime) -> list[HandoverRequest]:
    """Return the answered requests in which nobody has spoken since a moment.

    Where the customer waits for our word, the wait must have lasted as long: it begins with our hours.
    """
    return list(
        session.execute(
            select(HandoverRequest)
            .where(
                _OPEN,
                col(HandoverRequest.answered_at).is_not(None),
                col(HandoverRequest.last_at) <= since,
                or_(
                    col(HandoverRequest.waiting_since).is_(None), col(HandoverRequest.waiting_since) <= since
                ),
            )
            .order_by(col(HandoverRequest.id))
        ).scalars()
    )


def recent(
    session: Session, since: datetime, *, limit: int
) -> list[tuple[datetime, datetime, datetime | None]]:
    """Return when the last customers asked, were answered and were done; only who came to us in one go."""
    rows = session.execute(
        select(
            col(HandoverRequest.asked_at), col(HandoverRequest.answered_at), col(HandoverRequest.closed_at)
        )
        .where(
            col(HandoverRequest.answered_at) >= since,
            col(HandoverRequest.answered_at) > col(HandoverRequest.asked_at),
            col(HandoverRequest.returned) == 0,
        )
        .order_by(col(HandoverRequest.answered_at).desc())
        .limit(limit)
    )
    return [(asked, answered, closed) for asked, answered, closed in rows if answered is not None]


def _or(moment: Any, now: datetime) -> Any:
    # Of the column's own type: a bare moment would be stored in its own zone and read as another one.
    return func.coalesce(moment, literal(now, moment.type))


def _load(staff: Staff) -> Any:
    # An alias: a bare subquery on the table that is being changed would be taken for that table's own row.
    held = HandoverRequest.__table__.alias("held")  # type: ignore[attr-defined]
    return (
        select(func.count())
        .select_from(held)
        .where(held.c.closed_at.is_(None), held.c.claimed_by == staff.id)
        .scalar_subquery()
    )

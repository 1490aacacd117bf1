"""Customers who wait for a colleague or speak with one."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from storage.models import HandoverRequest, Inbox, Outgoing


def open_of(session: Session, person_id: int) -> HandoverRequest | None:
    """Return a person's open request, or None."""
    return session.execute(
        select(HandoverRequest)
        .where(col(HandoverRequest.person_id) == person_id, col(HandoverRequest.closed_at).is_(None))
        .order_by(col(HandoverRequest.id).desc())
        .limit(1)
    ).scalar_one_or_none()


def ask(
    session: Session, person_id: int, *, reason: str, now: datetime, waiting_since: datetime | None
) -> HandoverRequest:
    """Open a request for a person, who has none open."""
    request = HandoverRequest(
        person_id=person_id, reason=reason, asked_at=now, waiting_since=waiting_since, last_at=now
    )
    session.add(request)
    session.flush()
    return request


def ahead_of(session: Session, request: HandoverRequest) -> int:
    """Return how many wait in front of a request for a first answer."""
    return int(
        session.execute(
            select(func.count())
            .select_from(HandoverRequest)
            .where(
                col(HandoverRequest.closed_at).is_(None),
                col(HandoverRequest.answered_at).is_(None),
                col(HandoverRequest.id) < request.id,
            )
        ).scalar_one()
    )


def of_staff(session: Session, staff_id: int) -> list[HandoverRequest]:
    """Return the open requests that a colleague has answered, the last spoken with first."""
    return list(
        session.execute(
            select(HandoverRequest)
            .where(col(HandoverRequest.answered_by) == staff_id, col(HandoverRequest.closed_at).is_(None))
            .order_by(col(HandoverRequest.last_at).desc())
        ).scalars()
    )


def impatient(session: Session, since: datetime) -> list[HandoverRequest]:
    """Return the open requests whose customer has waited since a moment or longer and was not told so."""
    return list(
        session.execute(
            select(HandoverRequest)
            .where(
                col(HandoverRequest.closed_at).is_(None),
                col(HandoverRequest.waiting_since) <= since,
                col(HandoverRequest.told_late_at).is_(None),
            )
            .order_by(col(HandoverRequest.id))
        ).scalars()
    )


def silent(session: Session, since: datetime) -> list[HandoverRequest]:
    """Return the answered requests in which nobody has spoken since a moment."""
    return list(
        session.execute(
            select(HandoverRequest)
            .where(
                col(HandoverRequest.closed_at).is_(None),
                col(HandoverRequest.answered_at).is_not(None),
                col(HandoverRequest.last_at) <= since,
            )
            .order_by(col(HandoverRequest.id))
        ).scalars()
    )


def last_words(session: Session, person_id: int, *, limit: int = 5) -> list[tuple[datetime, str, str]]:
    """Return the last words of each side, oldest first: when, by whom (customer or bot), and the words."""
    said = session.execute(
        select(col(Inbox.received_at), col(Inbox.said))
        .where(col(Inbox.person_id) == person_id, col(Inbox.said) != "")
        .order_by(col(Inbox.id).desc())
        .limit(limit)
    )
    answered = session.execute(
        select(col(Outgoing.created_at), col(Outgoing.reply))
        .where(col(Outgoing.person_id) == person_id)
        .order_by(col(Outgoing.id).desc())
        .limit(limit)
    )
    # Oldest first already, so that what has the same moment keeps its order.
    words = [(at, "customer", text) for at, text in reversed(said.all())]
    words += [(at, "bot", str(reply.get("text", ""))) for at, reply in reversed(answered.all())]
    # Of one moment the question stands before its answer.
    return sorted(words, key=lambda one: (one[0], one[1] == "bot"))

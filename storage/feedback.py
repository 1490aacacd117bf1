"""Keeping thumbs and misses, and finding what colleagues answered to those who asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import Session, col

from storage.models import HandoverRequest, Miss, MissKind, Outgoing, Thumb, Ticket, TicketEvent

# A customer who is not helped asks for a person within this time, or it is about something else.
_SOON = timedelta(hours=24)
# Of one chat the answer that a typed 👍 is about is among its last messages.
_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class StaffReply:
    """What a colleague wrote to somebody who had asked in vain."""

    person_id: int
    at: datetime
    text: str


def last_with(session: Session, *, channel: str, address: str, act: str) -> Outgoing | None:
    """Return the last message at an address with a button whose act begins with these letters, or None."""
    rows = session.execute(
        select(Outgoing)
        .where(col(Outgoing.channel) == channel, col(Outgoing.address) == address)
        .order_by(col(Outgoing.id).desc())
        .limit(_LOOKED_AT)
    ).scalars()
    row: Outgoing
    for row in rows:
        if any(str(choice[1]).startswith(act) for choice in row.reply.get("choices", ())):
            return row
    return None


def thumb_of(session: Session, answer: str) -> Thumb | None:
    """Return what was thought of an answer, or None."""
    return session.execute(select(Thumb).where(col(Thumb.answer) == answer)).scalar_one_or_none()


def miss_of(session: Session, answer: str) -> Miss | None:
    """Return the miss that an answer became by a thumb down, or None."""
    return session.execute(select(Miss).where(col(Miss.answer) == answer)).scalar_one_or_none()


def last_miss(session: Session, person_id: int, kind: MissKind, *, since: datetime) -> Miss | None:
    """Return the last miss of a kind of somebody since a moment, or None."""
    return session.execute(
        select(Miss)
        .where(col(Miss.person_id) == person_id, col(Miss.kind) == kind, col(Miss.at) >= since)
        .order_by(col(Miss.id).desc())
        .limit(1)
    ).scalar_one_or_none()


def take_back(session: Session, person_id: int, *, since: datetime) -> int:
    """Forget the unknown and unclear questions of somebody since a moment: what followed made them clear."""
    gone = session.connection().execute(
        delete(Miss).where(
            col(Miss.person_id) == person_id,
            col(Miss.kind).in_((MissKind.UNKNOWN, MissKind.UNCLEAR)),
            col(Miss.at) >= since,
        )
    )
    return int(gone.rowcount)


def forget_answer(session: Session, answer: str) -> None:
    """Forget the miss of an answer that is thought well of after all."""
    session.connection().execute(delete(Miss).where(col(Miss.answer) == answer))


def misses(session: Session, *, since: datetime, kinds: Collection[str], adopted: bool = False) -> list[Miss]:
    """Return the misses since a moment, oldest first; those that a draft took up only if asked for."""
    query = select(Miss).where(col(Miss.at) >= since, col(Miss.kind).in_(list(kinds)))
    if not adopted:
        query = query.where(col(Miss.adopted).is_(None))
    return list(session.execute(query.order_by(col(Miss.id))).scalars())


def mark_adopted(session: Session, miss_ids: Collection[int], entry: str) -> None:
    """Note that the words of these misses stand in a draft of an entry."""
    session.connection().execute(update(Miss).where(col(Miss.id).in_(list(miss_ids))).values(adopted=entry))


def drop_persons(session: Session, before: datetime, *, limit: int) -> int:
    """Forget who asked, where that was before a moment; return how many misses it was."""
    ids = list(
        session.execute(
            select(col(Miss.id)).where(col(Miss.at) < before, col(Miss.person_id).is_not(None)).limit(limit)
        ).scalars()
    )
    if ids:
        session.connection().execute(
            # The name of the answer's card leads to the chat as well.
            update(Miss).where(col(Miss.id).in_(ids)).values(person_id=None, answer=None)
        )
    return len(ids)


def after_asking(session: Session, misses: Sequence[Miss]) -> list[tuple[int, datetime, str]]:
    """Return what was sent to the persons of these misses by a handover that followed: person, when, text.

    Also our own lines that fell into that time; and what colleagues told through a ticket opened after it.
    """
    first: dict[int, datetime] = {}
    for miss in misses:
        if miss.person_id is not None:
            first[miss.person_id] = min(miss.at, first.get(miss.person_id, miss.at))
    found: list[tuple[int, datetime, str]] = []
    for person_id, asked_at in first.items():
        requests = session.execute(
            select(HandoverRequest).where(
                col(HandoverRequest.person_id) == person_id,
                col(HandoverRequest.asked_at) <= asked_at + _SOON,
                or_(col(HandoverRequest.closed_at).is_(None), col(HandoverRequest.closed_at) >= asked_at),
            )
        ).scalars()
        for request in requests:
            sent = select(col(Outgoing.created_at), col(Outgoing.reply)).where(
                col(Outgoing.person_id) == person_id,
                col(Outgoing.created_at) >= max(asked_at, request.asked_at),
            )
            if request.closed_at is not None:
                sent = sent.where(col(Outgoing.created_at) <= request.closed_at)
            found += [
                (person_id, at, str(reply.get("text", "")))
                for at, reply in session.execute(sent.order_by(col(Outgoing.id)))
            ]
    return found


def told_by_ticket(session: Session, misses: Sequence[Miss]) -> list[StaffReply]:
    """Return what colleagues told the persons of these misses through tickets opened soon after."""
    replies: list[StaffReply] = []
    first: dict[int, datetime] = {}
    for miss in misses:
        if miss.person_id is not None:
            first[miss.person_id] = min(miss.at, first.get(miss.person_id, miss.at))
    for person_id, asked_at in first.items():
        rows = session.execute(
            select(col(TicketEvent.at), col(TicketEvent.text))
            .join(Ticket, col(Ticket.id) == col(TicketEvent.ticket_id))
            .where(
                col(Ticket.person_id) == person_id,
                col(Ticket.opened_at) >= asked_at,
                col(Ticket.opened_at) <= asked_at + _SOON,
                col(TicketEvent.kind) == "told",
                col(TicketEvent.text) != "",
            )
            .order_by(col(TicketEvent.id))
        )
        replies += [StaffReply(person_id, at, text) for at, text in rows]
    return replies


def counts(session: Session) -> dict[str, dict[str, int]]:
    """Return how many thumbs point where, and how many misses there are of each kind."""
    thumbs = {
        "up" if up else "down": int(count)
        for up, count in session.execute(
            select(col(Thumb.up), func.count()).group_by(col(Thumb.up)).order_by(col(Thumb.up))
        )
    }
    kinds = {
        str(kind): int(count)
        for kind, count in session.execute(
            select(col(Miss.kind), func.count()).group_by(col(Miss.kind)).order_by(col(Miss.kind))
        )
    }
    return {"thumbs": thumbs, "misses": kinds}

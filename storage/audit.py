"""The audit: who did what to which ticket and whose data, written once and never changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from storage.models import AuditRecord, Ticket

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: from a moment until before another, of one ticket, colleague or person; None is any."""

    since: datetime | None = None
    until: datetime | None = None
    ticket_id: int | None = None
    staff_id: int | None = None
    person_id: int | None = None


def write(
    session: Session,
    *,
    at: datetime,
    actor: str,
    act: str,
    staff_id: int | None = None,
    ticket_id: int | None = None,
    person_id: int | None = None,
    allowed: bool = True,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one record; `actor` is staff:NAME, customer, clock, operator or stranger:TELEGRAM-ID.

    `detail` holds ids and words of ours, never a customer's name, number or words.
    """
    if person_id is not None and ticket_id is not None:
        ticket = session.get(Ticket, ticket_id)
        if ticket is not None and ticket.anonymous:
            person_id = None  # not even the audit says who reported without a name
    session.add(
        AuditRecord(
            at=at,
            actor=actor,
            act=act,
            staff_id=staff_id,
            ticket_id=ticket_id,
            person_id=person_id,
            allowed=allowed,
            detail=detail or {},
        )
    )
    session.flush()


def seen_since(session: Session, actor: str, since: datetime) -> bool:
    """Return whether an actor has a record since a moment."""
    found = session.execute(
        select(col(AuditRecord.id))
        .where(col(AuditRecord.at) > since, col(AuditRecord.actor) == actor)
        .limit(1)
    )
    return found.first() is not None


def records(session: Session, wanted: Wanted) -> Iterator[tuple[AuditRecord, str | None]]:
    """Give the records wanted with their tickets' numbers, oldest first, a few hundred at a time."""
    rows = session.execute(
        _chosen(wanted).order_by(col(AuditRecord.id)).execution_options(yield_per=_AT_ONCE)
    )
    yield from rows


def newest(session: Session, wanted: Wanted, *, limit: int) -> list[tuple[AuditRecord, str | None]]:
    """Return the newest of the records wanted with their tickets' numbers, oldest first."""
    rows = session.execute(_chosen(wanted).order_by(col(AuditRecord.id).desc()).limit(limit))
    return [(record, number) for record, number in rows][::-1]


def _chosen(wanted: Wanted) -> Select[AuditRecord, str | None]:
    statement = select(AuditRecord, col(Ticket.number)).outerjoin(
        Ticket, col(Ticket.id) == col(AuditRecord.ticket_id)
    )
    if wanted.since is not None:
        statement = statement.where(col(AuditRecord.at) >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(col(AuditRecord.at) < wanted.until)
    for column, value in (
        (AuditRecord.ticket_id, wanted.ticket_id),
        (AuditRecord.staff_id, wanted.staff_id),
        (AuditRecord.person_id, wanted.person_id),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    return statement

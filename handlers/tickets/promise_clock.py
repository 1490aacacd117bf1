"""The clocks of a ticket's promises: started, kept, standing still, going on, no longer owed.

Nothing here speaks to anybody; handlers/tickets/promise_alarms.py does, at the next tick.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

import storage.promises
import storage.tickets
from handlers.tickets import calendars
from knowledge.book import Book
from knowledge.rules.calendars import calendar_of
from knowledge.rules.promises import OPENED, Span, promises_for
from knowledge.rules.slots import slot_of
from knowledge.rules.ticket_kinds import ticket_kinds
from knowledge.rules.working_time import Due, Pause
from storage.models import Ticket, TicketPause, TicketPromise


def start(session: Session, ticket: Ticket, book: Book, now: datetime) -> list[TicketPromise]:
    """Write down what is promised for a ticket, by the rows in force when it was opened, counted from `now`.

    A step that follows another one gets its moments when that one is done. Raises UnknownTicketKind.
    """
    assert ticket.id is not None
    rows = [
        TicketPromise(
            ticket_id=ticket.id,
            step=term.step,
            after=term.after,
            told_span=str(term.told) if term.told else None,
            limit_span=str(term.limit) if term.limit else None,
            average=term.average,
            document=term.document,
            limit_document=term.limit_document,
        )
        for term in promises_for(
            ticket.kind, ticket.subtype, ticket.zone, ticket.opened_at, region=ticket.region
        )
    ]
    _begin(session, ticket, [row for row in rows if row.after == OPENED], now)
    session.add_all(rows)
    session.flush()
    return rows


def step_done(session: Session, ticket: Ticket, steps: str | Collection[str] | None, now: datetime) -> None:
    """Note that steps are done, all of them with None: their promises are kept, what follows them begins.

    A step need not be a promise itself; one that was done before changes nothing.
    """
    done = {steps} if isinstance(steps, str) else steps
    owed = _owed(session, ticket)
    kept = [row for row in owed if done is None or row.step in done]
    for row in kept:
        row.kept_at, row.next_alarm_at = now, None
        session.add(row)
    if done is not None:
        following = [row for row in owed if row not in kept and row.started_at is None and row.after in done]
        _begin(session, ticket, following, now)
    session.flush()


def pause(session: Session, ticket: Ticket, reason: str, actor: str, now: datetime) -> bool:
    """Let a ticket's clocks stand still for a reason; False where they do already."""
    assert ticket.id is not None
    if storage.promises.standing_still(session, ticket.id) is not None:
        return False
    session.add(TicketPause(ticket_id=ticket.id, reason=reason, actor=actor, since=now))
    for row in _owed(session, ticket):
        row.next_alarm_at = None
        session.add(row)
    session.flush()
    return True


def go_on(session: Session, ticket: Ticket, actor: str, now: datetime) -> list[TicketPromise]:
    """Let the clocks run again and return the promises whose moments moved; never to an earlier one.

    A moment that had passed before the clocks stood still stays where it is.
    """
    assert ticket.id is not None
    still = storage.promises.standing_still(session, ticket.id)
    if still is None:
        return []
    still.until = max(now, still.since)
    session.add(still)
    session.flush()
    calendars.take_up(session)
    moved = []
    for row in _owed(session, ticket):
        if row.started_at is None:
            continue
        promised, limit, provisional = count(session, ticket, row)
        without = count(session, ticket, row, before=still.since)
        later = (
            _moved(row.promised_at, without[0], promised),
            _moved(row.limit_at, without[1], limit),
        )
        if later != (row.promised_at, row.limit_at):
            note_moved(session, ticket, row, later[0], actor=actor, now=now)
            row.promised_at, row.limit_at = later
            moved.append(row)
        row.provisional = provisional
        row.next_alarm_at = now
        session.add(row)
    session.flush()
    return moved


def void(session: Session, ticket: Ticket, now: datetime) -> None:
    """Owe nothing more: the ticket was withdrawn, merged into another, or is of another kind now."""
    for row in _owed(session, ticket):
        row.void_at, row.next_alarm_at = now, None
        session.add(row)
    session.flush()


def revive(session: Session, ticket: Ticket, now: datetime) -> None:
    """Owe again what was let go last, as if it had not been, and look after everything that is owed."""
    assert ticket.id is not None
    gone = [row for row in storage.promises.of_ticket(session, ticket.id) if row.void_at is not None]
    last = max((row.void_at for row in gone if row.void_at is not None), default=None)
    for row in gone:
        if row.void_at == last:
            row.void_at = None
            if row.started_at is not None:
                promised, limit, row.provisional = count(session, ticket, row)
                row.promised_at, row.limit_at = _later(row.promised_at, promised), _later(row.limit_at, limit)
            session.add(row)
    session.flush()
    for row in _owed(session, ticket):
        row.next_alarm_at = now
        session.add(row)
    session.flush()


def reopen(session: Session, ticket: Ticket, now: datetime) -> list[TicketPromise]:
    """Promise everything once more, on the terms of the opening and counted from `now`.

    How the promises before were kept stays written.
    """
    assert ticket.id is not None
    last: dict[str, TicketPromise] = {}
    for row in storage.promises.of_ticket(session, ticket.id):
        last[row.step] = row
    again = [
        TicketPromise(
            ticket_id=ticket.id,
            step=row.step,
            after=row.after,
            told_span=row.told_span,
            limit_span=row.limit_span,
            average=row.average,
            document=row.document,
            limit_document=row.limit_document,
        )
        for row in last.values()
        if row.kept_at is not None or row.void_at is not None
    ]
    _begin(session, ticket, [row for row in again if row.after == OPENED], now)
    session.add_all(again)
    session.flush()
    return again


def rebook(session: Session, ticket: Ticket, actor: str, now: datetime) -> list[TicketPromise]:
    """Promise the appointment that stands in the ticket's fields now, and return what moved by it."""
    moved = []
    for row in _owed(session, ticket):
        if row.started_at is None or "slot" not in (row.told_span, row.limit_span):
            continue
        promised, limit, _ = count(session, ticket, row)
        if (promised, limit) != (row.promised_at, row.limit_at):
            note_moved(session, ticket, row, promised, actor=actor, now=now)
            row.promised_at, row.limit_at, row.next_alarm_at = promised, limit, now
            session.add(row)
            moved.append(row)
    session.flush()
    return moved


def explain(session: Session, ticket: Ticket, reason: str, actor: str, now: datetime) -> None:
    """Keep why a promise cannot be kept; the customer reads it where one that they were told breaks."""
    storage.tickets.note(session, ticket, at=now, kind="delay_reason", actor=actor, text=reason)


def count(
    session: Session, ticket: Ticket, row: TicketPromise, *, before: datetime | None = None
) -> tuple[datetime | None, datetime | None, bool]:
    """Return when a promise that was begun is due and limited by what is known now, and if provisionally.

    A moment that cannot be counted while the clocks stand still is the one that stands. With `before` only
    pauses that began earlier count.
    """
    assert ticket.id is not None
    assert row.started_at is not None
    pauses = storage.promises.pauses(session, ticket.id)
    if before is not None:
        pauses = [(since, until) for since, until in pauses if since < before]
    promised = _count(ticket, row.told_span, row.started_at, pauses)
    limit = _count(ticket, row.limit_span, row.started_at, pauses)
    provisional = any(due is not None and due.provisional for due in (promised, limit))
    return (
        promised.at if promised is not None else row.promised_at,
        limit.at if limit is not None else row.limit_at,
        provisional,
    )


def note_moved(
    session: Session,
    ticket: Ticket,
    row: TicketPromise,
    to: datetime | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Write down that a promise has another moment."""
    zone = calendar_of(ticket.region).zone
    before, after = (
        one.astimezone(zone).isoformat(timespec="minutes") if one is not None else "-"
        for one in (row.promised_at, to)
    )
    storage.tickets.note(
        session,
        ticket,
        at=now,
        kind="promise_moved",
        actor=actor,
        text=f"{row.step} {before} → {after}",
        internal=True,
    )


# -- inside


def _owed(session: Session, ticket: Ticket) -> list[TicketPromise]:
    assert ticket.id is not None
    return [
        row
        for row in storage.promises.of_ticket(session, ticket.id)
        if row.kept_at is None and row.void_at is None
    ]


def _begin(session: Session, ticket: Ticket, rows: Collection[TicketPromise], now: datetime) -> None:
    """Let promises run from this moment; they get their end as if nothing stood still."""
    if not rows:
        return
    calendars.take_up(session)
    assert ticket.id is not None
    still = storage.promises.standing_still(session, ticket.id) is not None
    for row in rows:
        promised, limit = (_count(ticket, span, now, ()) for span in (row.told_span, row.limit_span))
        row.started_at = now
        row.promised_at = promised.at if promised is not None else None
        row.limit_at = limit.at if limit is not None else None
        row.provisional = any(due is not None and due.provisional for due in (promised, limit))
        row.next_alarm_at = None if still else now  # the next tick works out when it is really due
        session.add(row)


def _count(ticket: Ticket, span: str | None, started_at: datetime, pauses: Collection[Pause]) -> Due | None:
    if span is None:
        return None
    calendar = calendar_of(ticket.region)
    return Span.parse(span).after(started_at, calendar, pauses=list(pauses), slot=_slot_end(ticket))


def _slot_end(ticket: Ticket) -> datetime | None:
    """Return the end of the appointment that stands in a ticket's fields, or None."""
    for asked in ticket_kinds()[ticket.kind].fields:
        kept = ticket.fields.get(asked.name) if asked.type == "slot" else None
        if kept:
            try:
                return slot_of(str(kept), calendar_of(ticket.region)).ends
            except (ValueError, KeyError):
                return None  # words of the customer's own: a colleague settles the hour with them
    return None


def _moved(stands: datetime | None, without: datetime | None, after: datetime | None) -> datetime | None:
    """Return where a moment goes by a pause; one that was held to something stricter moves by as much."""
    if stands is None or without is None or after is None:
        return stands or after
    return stands + (after - without) if stands < without else max(stands, after)


def _later(before: datetime | None, after: datetime | None) -> datetime | None:
    return max(before, after) if before is not None and after is not None else after or before

"""Promises that were counted without the year's official calendar are counted anew once it is known."""

from datetime import date, datetime, time
from typing import Final

from sqlmodel import Session

import storage.promises
import storage.tickets
from handlers.tickets import promise_clock
from handlers.tickets.ticket_cards import tell_customer
from handlers.turn import Desktop
from handlers.wording import promises as wording
from handlers.wording.moments import moment
from knowledge.rules.calendars import WorkCalendar, calendar_of, regions_with_their_own
from storage.models import Ticket, TicketPromise

BATCH: Final = 200


def recompute(desktop: Desktop, session: Session, now: datetime) -> int:
    """Count provisional promises anew whose years are official now; return how many are settled by it.

    One that was kept or has broken stays as it is, and none moves into the past. The customer hears of it
    only where the promised day is another one. Each change stands in the ticket's history. At most a batch
    for each calendar is done: a full one means that there may be more.
    """
    own = regions_with_their_own()
    settled = 0
    for region in (None, *own):
        calendar = calendar_of(region)
        rows = storage.promises.provisional(
            session,
            regions=[region] if region is not None else own,
            among=region is not None,
            before=_official_until(calendar, now),
            limit=BATCH,
        )
        for promise, ticket in rows:
            _recount(desktop, session, promise, ticket, now)
        settled += len(rows)
    return settled


def recompute_all(desktop: Desktop, session: Session, now: datetime) -> int:
    """Count all of them anew in one transaction, for the operator who has just loaded a notice."""
    settled = 0
    while True:
        found = recompute(desktop, session, now)
        settled += found
        if found < BATCH:
            return settled


def _recount(
    desktop: Desktop, session: Session, promise: TicketPromise, ticket: Ticket, now: datetime
) -> None:
    assert ticket.id is not None
    promised, limit, provisional = promise_clock.count(session, ticket, promise)
    zone = calendar_of(ticket.region).zone
    before = promise.promised_at
    promised = _unless_past(promise.promised_at, promised, now)
    limit = _unless_past(promise.limit_at, limit, now)
    moved = (promised, limit) != (promise.promised_at, promise.limit_at)
    if moved:
        promise_clock.note_moved(session, ticket, promise, promised, actor="calendar", now=now)
    promise.promised_at, promise.limit_at = promised, limit
    promise.provisional = provisional and moved  # a moment that stays where it is lies in a known year
    if moved:
        promise.next_alarm_at = now
    session.add(promise)
    session.flush()
    if (
        promised is not None
        and before is not None
        and promised.astimezone(zone).date() != before.astimezone(zone).date()
    ):
        event = storage.tickets.note(
            session, ticket, at=now, kind="promise_day_moved", actor="calendar", text=promise.step
        )
        said = wording.moved(promise.step, moment(promised, now, desktop.book.zone))
        tell_customer(desktop, session, ticket, now, event, first=said)


def _unless_past(before: datetime | None, after: datetime | None, now: datetime) -> datetime | None:
    """Return the new moment, but never move one that has passed, nor one to where it would have."""
    if before is None or after is None or before <= now or after <= now:
        return before
    return after


def _official_until(calendar: WorkCalendar, now: datetime) -> datetime:
    """Return the first moment of the first year from now on that has no official calendar."""
    year = now.astimezone(calendar.zone).year
    while not calendar.is_provisional(date(year, 1, 1)) and year < now.year + 10:
        year += 1
    return datetime.combine(date(year, 1, 1), time(0), tzinfo=calendar.zone)

"""How a month's promises were kept: kept, broken, average and worst, for each kind, step and area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from sqlmodel import Session

import storage.promises
from handlers.staff import rights
from knowledge.book import Book
from knowledge.rules.calendars import calendar_of
from knowledge.rules.promises import Span
from knowledge.rules.working_time import Pause, time_used, workdays_used
from storage.models import Staff, Ticket, TicketPromise

ACT = "promises.report"


@dataclass(frozen=True, slots=True)
class Line:
    """One promise in one month; lengths in `unit`, with pauses and days off left out.

    A promise that is an average is judged as one: `average_kept` compares the mean with what is told, and
    each case counts as kept or broken by the limit. `open` ones are not due yet, `let_go` ones not owed.
    """

    kind: str
    step: str
    zone: str
    told: str | None
    limit: str | None
    cases: int
    kept: int
    broken: int
    open: int
    let_go: int
    over_limit: int
    unit: Literal["minutes", "working days"]
    average: Decimal | None
    worst: Decimal | None
    worst_ticket: str
    average_kept: bool | None


def report(session: Session, book: Book, month: date, now: datetime) -> list[Line]:
    """Return the figures of the promises that were due in a month, by kind, step and area.

    A promise belongs to the month of the moment that was told, else of its limit.
    """
    since = datetime.combine(month.replace(day=1), time(0), tzinfo=book.zone)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    until = datetime.combine(following, time(0), tzinfo=book.zone)
    rows = storage.promises.due_in(session, since, until)
    pauses = storage.promises.pauses_of(session, (ticket.id for _, ticket in rows if ticket.id is not None))
    grouped: dict[tuple[str, str, str, str, str, bool], list[tuple[TicketPromise, Ticket]]] = {}
    for promise, ticket in rows:
        key = (
            ticket.kind,
            promise.step,
            ticket.zone,
            promise.told_span or "",
            promise.limit_span or "",
            promise.average,
        )
        grouped.setdefault(key, []).append((promise, ticket))
    return [_line(grouped[key], pauses, now) for key in sorted(grouped)]


def report_for(session: Session, book: Book, staff: Staff, month: date, now: datetime) -> list[Line] | str:
    """Return the figures for a colleague, or the sentence that refuses them."""
    refusal = rights.refused(session, staff, ACT, now=now, detail={"month": f"{month:%Y-%m}"})
    return refusal if refusal is not None else report(session, book, month, now)


# -- inside


def _line(
    rows: Sequence[tuple[TicketPromise, Ticket]], pauses: dict[int, list[Pause]], now: datetime
) -> Line:
    promise, ticket = rows[0]
    told, limit = promise.told_span, promise.limit_span
    by_days = "wd" in (told or limit or "")
    kept = broken = running = let_go = over = 0
    used: list[tuple[Decimal, str]] = []
    for one, of in rows:
        if one.void_at is not None:
            let_go += 1
            continue
        over += _is_over(one.limit_at, one.kept_at, now)
        by = one.limit_at if one.average or one.promised_at is None else one.promised_at
        late = _is_over(by, one.kept_at, now)
        broken += late
        kept += not late and one.kept_at is not None
        running += not late and one.kept_at is None
        if one.kept_at is not None and one.started_at is not None:
            of_ticket = pauses.get(of.id or 0, [])
            used.append((_used(one.started_at, one.kept_at, of, of_ticket, by_days=by_days), of.number))
    mean = _rounded(sum((length for length, _ in used), Decimal(0)) / len(used)) if used else None
    worst, worst_ticket = max(used, default=(None, ""))
    return Line(
        kind=ticket.kind,
        step=promise.step,
        zone=ticket.zone,
        told=told,
        limit=limit,
        cases=len(rows) - let_go,
        kept=kept,
        broken=broken,
        open=running,
        let_go=let_go,
        over_limit=over,
        unit="working days" if by_days else "minutes",
        average=mean,
        worst=_rounded(worst) if worst is not None else None,
        worst_ticket=worst_ticket,
        average_kept=mean <= _told(told) if promise.average and told and mean is not None else None,
    )


def _is_over(by: datetime | None, kept_at: datetime | None, now: datetime) -> bool:
    return by is not None and (kept_at or now) > by


def _used(
    started_at: datetime, kept_at: datetime, ticket: Ticket, pauses: Sequence[Pause], *, by_days: bool
) -> Decimal:
    if not by_days:
        return Decimal(int(time_used(started_at, kept_at, pauses).total_seconds())) / 60
    work, day = workdays_used(started_at, kept_at, calendar_of(ticket.region), pauses)
    return Decimal(int(work.total_seconds())) / int(day.total_seconds())


def _told(span: str) -> Decimal:
    told = Span.parse(span)
    return Decimal(told.amount) * {"m": 1, "h": 60, "d": 24 * 60, "wh": 60, "wd": 1, "slot": 0}[told.unit]


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)

"""How long we may take: what every kind of ticket promises, and when that is due (data/kinds)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal

from knowledge.rules.promise_rows import OPENED, SPAN, PromiseRow
from knowledge.rules.ticket_kinds import ticket_kinds
from knowledge.rules.workdays import Due, WorkCalendar, add_workdays, calendar_of

__all__ = [
    "OPENED",
    "PromiseTerm",
    "Span",
    "StepDue",
    "UnknownTicketKind",
    "due",
    "kinds",
    "promises_for",
    "terms",
    "version_at",
]


class UnknownTicketKind(LookupError):
    """No promise names this kind of ticket: the kind is misspelt, or its row is missing."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: minutes, hours or days around the clock, or working days."""

    amount: int
    unit: Literal["m", "h", "d", "wd"]

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def clock(self) -> Literal["natural", "workday"]:
        """Return which clock the span runs by."""
        return "workday" if self.unit == "wd" else "natural"

    def after(self, start: datetime, calendar: WorkCalendar) -> Due:
        """Return the moment this span after `start`; raises ValueError for a naive moment."""
        if self.unit == "wd":
            return add_workdays(start, self.amount, calendar)
        if start.tzinfo is None:
            raise ValueError("a deadline starts at an aware moment")
        length = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[self.unit]
        return Due(start + self.amount * length, provisional=False)


@dataclass(frozen=True, slots=True)
class PromiseTerm:
    """One step of a ticket: what is told, when staff are alarmed, and the documents behind both.

    The clock starts when the step named by `after` is done; `opened` is the opening of the ticket.
    """

    step: str
    after: str
    told: Span | None
    average: bool
    limit: Span | None
    document: str
    limit_document: str
    fact: str | None
    valid_from: date
    region: str | None


@dataclass(frozen=True, slots=True)
class StepDue:
    """When a step was promised and when staff are alarmed; None where nothing is told or limited."""

    promised: Due | None
    limit: Due | None


def promises_for(
    kind: str, subtype: str, zone: str, opened_at: datetime, *, region: str | None = None
) -> list[PromiseTerm]:
    """Return the steps a ticket promises, by the rows in force on the day it was opened.

    A subtype with rows of its own has none of the general ones; of one step, a row of the region goes before
    one for every region. Raises UnknownTicketKind.
    """
    rows = [row for its_kind, row in _rows() if its_kind == kind]
    if not rows:
        raise UnknownTicketKind(kind)
    on = opened_at.astimezone(calendar_of(region).zone).date()
    rows = [row for row in rows if row.is_in_force(on)]
    rows = [row for row in rows if row.subtype == subtype] or [row for row in rows if row.subtype is None]
    rows = [row for row in rows if row.zone in (None, zone) and row.region in (None, region)]
    steps: dict[str, PromiseRow] = {}
    for row in rows:
        held = steps.get(row.step)
        if held is None or _weight(row) > _weight(held):
            steps[row.step] = row
    return [_term(row, region) for row in steps.values()]


def due(term: PromiseTerm, started_at: datetime, *, calendar: WorkCalendar | None = None) -> StepDue:
    """Return when a step is due, from the opening of the ticket or from the step that it comes `after`.

    Working days are counted by the calendar of the region the term was asked for.
    """
    calendar = calendar or calendar_of(term.region)
    return StepDue(
        promised=term.told.after(started_at, calendar) if term.told else None,
        limit=term.limit.after(started_at, calendar) if term.limit else None,
    )


def version_at(opened_at: datetime) -> str:
    """Return the name of the edition in force, kept with a ticket: the day of the last change before it."""
    on = opened_at.astimezone(calendar_of().zone).date()
    changes = {row.valid_from for _, row in _rows()} | {row.valid_to for _, row in _rows() if row.valid_to}
    return f"promises-{max((day for day in changes if day <= on), default=date.min).isoformat()}"


def kinds() -> frozenset[str]:
    """Return every kind of ticket that promises something."""
    return frozenset(kind for kind, _ in _rows())


def terms() -> Sequence[PromiseTerm]:
    """Return every row of the file, for checks and for the page that lists our promises."""
    return [_term(row, row.region) for _, row in _rows()]


def _term(row: PromiseRow, region: str | None) -> PromiseTerm:
    return PromiseTerm(
        step=row.step,
        after=row.after,
        told=_span(row.told),
        average=row.average,
        limit=_span(row.limit),
        document=row.document,
        limit_document=row.limit_document,
        fact=row.fact,
        valid_from=row.valid_from,
        region=region,
    )


def _weight(row: PromiseRow) -> tuple[bool, bool, date]:
    return row.region is not None, row.zone is not None, row.valid_from


def _span(text: str | None) -> Span | None:
    if text is None:
        return None
    found = SPAN.fullmatch(text)
    assert found
    unit = found.group(2)
    assert unit in ("m", "h", "d", "wd")
    return Span(int(found.group(1)), unit)  # type: ignore[arg-type]


@cache
def _rows() -> tuple[tuple[str, PromiseRow], ...]:
    return tuple((kind.kind, row) for kind in ticket_kinds().values() for row in kind.promises)

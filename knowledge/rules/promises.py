"""How long we may take: what every kind of ticket promises, and when that is due (data/kinds)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Self

from knowledge.rules.calendars import WorkCalendar, calendar_of
from knowledge.rules.promise_rows import OPENED, SLOT, SPAN, PromiseRow
from knowledge.rules.ticket_kinds import ticket_kinds
from knowledge.rules.working_time import Due, Pause, after_time, after_workdays, after_working_time

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
    """A length of time: around the clock in m, h or d, in hours of work or working days, or up to a slot."""

    amount: int
    unit: Literal["m", "h", "d", "wh", "wd", "slot"]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 45m, 24h, 7d, 4wh, 5wd or slot; raises ValueError."""
        if text == SLOT:
            return cls(0, "slot")
        found = SPAN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no span")
        return cls(int(found.group(1)), found.group(2))  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}" if self.unit != "slot" else SLOT

    @property
    def clock(self) -> Literal["natural", "workday"]:
        """Return which clock the span runs by."""
        return "workday" if self.unit in ("wh", "wd") else "natural"

    def after(
        self,
        start: datetime,
        calendar: WorkCalendar,
        *,
        pauses: Sequence[Pause] = (),
        slot: datetime | None = None,
    ) -> Due | None:
        """Return the moment this span after `start`, less the pauses; raises ValueError for a naive moment.

        None where the clock stands still before it, and for a slot that nobody has chosen.
        """
        match self.unit:
            case "slot":
                return Due(slot, provisional=False) if slot is not None else None
            case "wd":
                return after_workdays(start, self.amount, calendar, pauses)
            case "wh":
                return after_working_time(start, timedelta(hours=self.amount), calendar, pauses)
            case _:
                return after_time(start, self.amount * _LENGTHS[self.unit], pauses)


_LENGTHS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


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
    if kind not in ticket_kinds():
        raise UnknownTicketKind(kind)
    on = opened_at.astimezone(calendar_of(region).zone).date()
    rows = [row for row in ticket_kinds()[kind].promises if row.is_in_force(on)]
    rows = [row for row in rows if row.subtype == subtype] or [row for row in rows if row.subtype is None]
    rows = [row for row in rows if row.zone in (None, zone) and row.region in (None, region)]
    steps: dict[str, PromiseRow] = {}
    for row in rows:
        held = steps.get(row.step)
        if held is None or _weight(row) > _weight(held):
            steps[row.step] = row
    return [_term(row, region) for row in steps.values()]


def due(
    term: PromiseTerm,
    started_at: datetime,
    *,
    calendar: WorkCalendar | None = None,
    pauses: Sequence[Pause] = (),
    slot: datetime | None = None,
) -> StepDue:
    """Return when a step is due, from the opening of the ticket or from the step that it comes `after`.

    Working days are counted by the calendar of the region the term was asked for. `slot` is the end of the
    appointment, for a step that promises one.
    """
    calendar = calendar or calendar_of(term.region)
    return StepDue(
        promised=term.told.after(started_at, calendar, pauses=pauses, slot=slot) if term.told else None,
        limit=term.limit.after(started_at, calendar, pauses=pauses, slot=slot) if term.limit else None,
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
        told=Span.parse(row.told) if row.told else None,
        average=row.average,
        limit=Span.parse(row.limit) if row.limit else None,
        document=row.document,
        limit_document=row.limit_document,
        fact=row.fact,
        valid_from=row.valid_from,
        region=region,
    )


def _weight(row: PromiseRow) -> tuple[bool, bool, date]:
    return row.region is not None, row.zone is not None, row.valid_from


def _rows() -> list[tuple[str, PromiseRow]]:
    return [(kind.kind, row) for kind in ticket_kinds().values() for row in kind.promises]

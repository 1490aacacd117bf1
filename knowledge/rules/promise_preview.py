"""What a ticket opened at some moment would promise: every step with its moments and documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from knowledge.rules.calendars import calendar_of
from knowledge.rules.promise_rows import OPENED
from knowledge.rules.promises import PromiseTerm, StepDue, due, promises_for
from knowledge.rules.ticket_kinds import ticket_kinds


@dataclass(frozen=True, slots=True)
class Preview:
    """One step; without moments where it follows another one, or ends with an appointment."""

    kind: str
    subtype: str
    zone: str
    term: PromiseTerm
    moments: StepDue | None

    @property
    def provisional(self) -> bool:
        """Return whether a moment was counted without the year's official calendar."""
        if self.moments is None:
            return False
        return any(one is not None and one.provisional for one in (self.moments.promised, self.moments.limit))


def preview(
    now: datetime, *, kind: str | None, subtype: str | None, zone: str | None, region: str | None
) -> Iterator[Preview]:
    """Yield the steps of one kind, or of all, as a ticket opened now would promise them.

    Without a subtype those that promise something else than the others are shown too; without a zone all are
    shown whose promises differ. Raises UnknownTicketKind.
    """
    known = ticket_kinds()
    for name in [kind] if kind is not None else sorted(known):
        named = known[name].promises if name in known else ()
        own = sorted({row.subtype for row in named if row.subtype is not None})
        areas = sorted({row.zone for row in named if row.zone is not None}) or ["urban"]
        for one in [subtype] if subtype is not None else ["", *own]:
            for area in [zone] if zone is not None else areas:
                for term in promises_for(name, one, area, now, region=region):
                    moments = due(term, now, calendar=calendar_of(region)) if term.after == OPENED else None
                    yield Preview(name, one, area if len(areas) > 1 else "", term, moments)

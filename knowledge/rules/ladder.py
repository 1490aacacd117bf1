"""Who is told when that a promise is about to break or broken: owner, then lead, then manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from knowledge.rules.calendars import WorkCalendar
from knowledge.rules.promises import Span
from knowledge.rules.working_time import after_working_time, before_workdays, last_work, next_work

Rung = Literal["warning", "owner", "lead", "manager", "customer"]

# From the mildest to the one that is told last; of several that are due only the highest is said.
STAFF_RUNGS: tuple[Rung, ...] = ("warning", "owner", "lead", "manager")


class LadderRules(BaseModel):
    """The numbers of the ladder (data/practice.yaml)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    warn_percent: int = Field(ge=1, le=90)
    warn_least_minutes: PositiveInt
    warn_workdays: PositiveInt
    warn_slot_minutes: PositiveInt
    warn_evening_minutes: PositiveInt
    lead_minutes: PositiveInt
    manager_minutes: PositiveInt
    lead_work_minutes: PositiveInt
    manager_work_minutes: PositiveInt
    lead_roles: tuple[str, ...]
    manager_roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One rung: when it is told, and which moment is at stake."""

    rung: Rung
    at_stake: datetime
    at: datetime


def alarms(
    rules: LadderRules,
    *,
    started_at: datetime,
    limit: datetime,
    span: Span,
    hours: WorkCalendar | None,
    calendar: WorkCalendar,
) -> list[Alarm]:
    """Return the rungs of one promise in their order.

    `hours` are those in which colleagues are told, None for what cannot wait for the morning; `calendar` is
    the one by which the promise itself is counted.
    """
    quick = span.unit in ("m", "h", "slot")
    lead, manager = (
        (rules.lead_minutes, rules.manager_minutes)
        if quick
        else (rules.lead_work_minutes, rules.manager_work_minutes)
    )
    late = (("owner", 0), ("lead", lead), ("manager", manager))
    warning = _warning(rules, started_at, limit, span, hours, calendar)
    return [
        Alarm("warning", limit, warning),
        *(Alarm(rung, limit, _later(limit, minutes, hours)) for rung, minutes in late),  # type: ignore[arg-type]
    ]


def waits_until(moment: datetime, hours: WorkCalendar | None) -> datetime:
    """Return `moment`, or where it can wait the next moment at which somebody is at work."""
    return next_work(moment, hours) if hours is not None else moment


def _later(moment: datetime, minutes: int, hours: WorkCalendar | None) -> datetime:
    delay = timedelta(minutes=minutes)
    if hours is None:
        return moment + delay
    if not minutes:
        return next_work(moment, hours)
    due = after_working_time(moment, delay, hours)
    assert due is not None
    return due.at


def _warning(
    rules: LadderRules,
    started_at: datetime,
    limit: datetime,
    span: Span,
    hours: WorkCalendar | None,
    calendar: WorkCalendar,
) -> datetime:
    at = _warning_by_day_or_night(rules, started_at, limit, span, calendar)
    if hours is not None and next_work(at, hours) != at:
        morning = next_work(at, hours)
        evening = last_work(at, hours) - timedelta(minutes=rules.warn_evening_minutes)
        at = morning if morning < limit else evening
    return min(max(at, started_at), limit)


def _warning_by_day_or_night(
    rules: LadderRules, started_at: datetime, limit: datetime, span: Span, calendar: WorkCalendar
) -> datetime:
    if span.unit == "slot":
        return limit - timedelta(minutes=rules.warn_slot_minutes)
    if span.unit == "wd":
        at = before_workdays(limit, rules.warn_workdays, calendar)
        if at > started_at:
            return at
        return next(iter(calendar.stretches(calendar.day_of(limit - timedelta(minutes=1)))))[0]
    length = limit - started_at
    left = max(length * rules.warn_percent / 100, timedelta(minutes=rules.warn_least_minutes))
    return limit - (left if left < length else length / 2)

"""What an unpaid bill or a low credit leads to: which reminder may go when, by which clause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal

from knowledge.rules.arrears_file import ArrearsFile, CustomerClass, PauseRow, StepRow, read_file
from knowledge.rules.calendars import calendar_of
from knowledge.rules.quiet_hours import SendingWindow

Contract = Literal["postpaid", "prepaid"]


@dataclass(frozen=True, slots=True)
class BillFacts:
    """What the calendar of a bill depends on; whether it is paid is asked when a notice is about to go."""

    due_on: date
    region: str | None = None
    contract: Contract = "postpaid"
    customer_class: CustomerClass = "resident"
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """The credit left on a prepaid account, in yuan, and the moment it was read."""

    balance: Decimal
    read_at: datetime
    region: str | None = None
    customer_class: CustomerClass = "resident"


@dataclass(frozen=True, slots=True)
class PlannedNotice:
    """One reminder: when it is to go, before which moment it must not, and what its text may say."""

    step: str
    send_at: datetime
    not_before: datetime
    clause: str
    source: str
    tone: str
    may_mention_cutoff: bool


@dataclass(frozen=True, slots=True)
class EarliestCutoff:
    """The first day on which supply may be stopped for a bill, if the notice was served on `notice_on`."""

    notice_on: date
    on: date
    last_call_minutes: int
    clause: str
    source: str


class ArrearsRules:
    """The dated steps, sending windows and cut-off rule of all regions."""

    def __init__(self, file: ArrearsFile) -> None:
        self._file = file
        self.version = file.version

    def steps(self, bill: BillFacts) -> list[StepRow]:
        """Return the steps in force on the due date of a bill, in the order of their days."""
        rows = [row for row in self._file.steps if row.is_in_force(bill.due_on)]
        rows = [row for row in rows if row.contract == bill.contract and bill.customer_class in row.classes]
        own = [row for row in rows if row.region is not None and row.region == bill.region]
        return sorted(own or [row for row in rows if row.region is None], key=lambda row: row.day)

    def window(self, region: str | None) -> SendingWindow:
        """Return the sending window of a region."""
        rows = self._file.sending
        row = next((one for one in rows if one.region == region), None) or next(
            one for one in rows if one.region is None
        )
        return SendingWindow(
            zone=row.zone,
            opens=row.opens,
            closes=row.closes,
            send_at=row.send_at,
            skip_first_day_of_holiday=row.skip_first_day_of_holiday,
            calendar=calendar_of(region),
        )

    def moratorium(self, region: str | None, on: date) -> PauseRow | None:
        """Return the pause in which no reminder goes to a region on a day, the longest one, or None."""
        rows = [
            row for row in self._file.moratoria if row.region in (None, region) and row.start <= on < row.to
        ]
        return max(rows, key=lambda row: row.to, default=None)

    def credit_notices(self, credit: CreditFacts) -> list[PlannedNotice]:
        """Return the one reminder a credit calls for, or none."""
        window = self.window(credit.region)
        on = credit.read_at.astimezone(window.zone).date()
        return [
            PlannedNotice(
                step=row.step,
                send_at=window.next_allowed(credit.read_at),
                not_before=credit.read_at,
                clause=row.clause,
                source=row.source,
                tone=row.tone,
                may_mention_cutoff=row.may_mention_cutoff,
            )
            for row in self._file.credit_steps
            if row.is_in_force(on) and row.covers(credit.balance)
        ]

    def earliest_cutoff(self, bill: BillFacts) -> EarliestCutoff | None:
        """Return the earliest lawful day to stop supply for a bill; None where the rule was not read.

        The rule says "more than" so many days overdue; the first of them is the day after the due date.
        """
        if bill.contract != "postpaid" or bill.region in self._file.unread_regions:
            return None
        rows = [row for row in self._file.cutoff if row.is_in_force(bill.due_on)]
        row = next((one for one in rows if one.region == bill.region), None) or next(
            (one for one in rows if one.region is None), None
        )
        if row is None:
            return None
        notice_on = bill.due_on + timedelta(days=row.overdue_days + 1)
        return EarliestCutoff(
            notice_on=notice_on,
            on=notice_on + timedelta(days=row.notice_days),
            last_call_minutes=row.last_call_minutes,
            clause=row.clause,
            source=row.source,
        )


def notices(bill: BillFacts, rules: ArrearsRules) -> list[PlannedNotice]:
    """Return the reminders a bill leads to if it stays unpaid, each step once, in the order they go.

    Every one leaves inside the sending window, never before its lawful moment, and not at all where moving it
    has made it pointless. Prepaid accounts have no bill to remind of; see `ArrearsRules.credit_notices`.
    """
    window = rules.window(bill.region)
    planned: list[PlannedNotice] = []
    for row in rules.steps(bill):
        not_before = _midnight(bill.due_on + timedelta(days=row.lawful_day), window)
        wanted_on = max(bill.due_on + timedelta(days=row.day), bill.issued_on or date.min)
        wanted = datetime.combine(wanted_on, window.send_at, tzinfo=window.zone)
        send_at = window.next_allowed(max(wanted, not_before))
        if row.last_day is not None and send_at.date() > bill.due_on + timedelta(days=row.last_day):
            continue
        while planned and planned[-1].send_at >= send_at:
            planned.pop()  # a bill that came late: the later step says all that the earlier one would
        planned.append(
            PlannedNotice(
                step=row.step,
                send_at=send_at,
                not_before=not_before,
                clause=row.clause,
                source=row.source,
                tone=row.tone,
                may_mention_cutoff=row.may_mention_cutoff,
            )
        )
    return planned


def may_send(now: datetime, rules: ArrearsRules, region: str | None = None) -> bool:
    """Return whether a reminder may leave now in a region."""
    return rules.window(region).may_send(now)


def next_allowed(now: datetime, rules: ArrearsRules, region: str | None = None) -> datetime:
    """Return the next moment a reminder may leave in a region, which may be now."""
    return rules.window(region).next_allowed(now)


@cache
def rules() -> ArrearsRules:
    """Return the shipped rules."""
    return ArrearsRules(read_file())


def _midnight(on: date, window: SendingWindow) -> datetime:
    return datetime.combine(on, time.min, tzinfo=window.zone)

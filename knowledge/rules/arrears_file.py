"""What data/arrears.yaml may say, checked when it is read."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, model_validator

from knowledge.data_files import read_yaml

DATA = Path(__file__).parent.parent / "data" / "arrears.yaml"

CustomerClass = Literal["resident", "other", "important"]
Tone = Literal["friendly", "plain", "firm"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dated(_Strict):
    """A row that counts from one day until the day before another."""

    source: str
    clause: str
    valid_from: date
    valid_to: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Return whether the row counts on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class SendingRow(_Strict):
    """The hours in which reminders may leave."""

    region: str | None
    timezone: str
    opens: time
    closes: time
    send_at: time
    outer_opens: time
    outer_closes: time
    skip_first_day_of_holiday: bool
    source: str

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the row."""
        return ZoneInfo(self.timezone)

    @model_validator(mode="after")
    def _inside_the_outer_window(self) -> SendingRow:
        if not self.outer_opens <= self.opens <= self.send_at < self.closes <= self.outer_closes:
            raise ValueError("reminders must leave inside opens..closes, and that inside the outer window")
        return self


class StepRow(Dated):
    """One reminder of a post-paid bill, by days after its due date."""

    step: str
    contract: Literal["postpaid"]
    classes: tuple[CustomerClass, ...] = ("resident", "other", "important")
    region: str | None = None
    day: int
    lawful_day: int
    last_day: int | None = None
    tone: Tone
    may_mention_cutoff: bool

    @model_validator(mode="after")
    def _is_lawful(self) -> StepRow:
        if self.day < self.lawful_day:
            raise ValueError(f"{self.step} is planned before its lawful day")
        return self


class CreditRow(Dated):
    """One reminder of prepaid credit, by what is left of it."""

    step: str
    below: Decimal
    not_below: Decimal | None = None
    tone: Tone
    may_mention_cutoff: bool
    fact: str | None = None

    def covers(self, balance: Decimal) -> bool:
        """Return whether a balance calls for this reminder."""
        return balance < self.below and (self.not_below is None or balance >= self.not_below)


class CutoffRow(Dated):
    """After how long, and with how much notice, supply may be stopped."""

    region: str | None
    overdue_days: int
    notice_days: int
    last_call_minutes: int


class LateFeeRow(Dated):
    """The rates of the late fee for some classes of customers."""

    region: str | None
    classes: tuple[CustomerClass, ...]
    rate: Decimal
    next_year_rate: Decimal
    minimum: Decimal
    cap: Decimal
    count_payment_day: bool
    trust: Literal["A", "B", "C", "K", "D"]
    fact: str | None = None


class PauseRow(_Strict):
    """A time in which nobody of a region is reminded: a disaster, extreme heat, examinations."""

    region: str | None
    start: date
    to: date  # the first day after it
    reason: str
    source: str

    @model_validator(mode="after")
    def _lasts(self) -> PauseRow:
        if self.to <= self.start:
            raise ValueError("a pause ends after it has begun")
        return self


class ArrearsFile(_Strict):
    """The whole file."""

    version: str
    sending: tuple[SendingRow, ...]
    steps: tuple[StepRow, ...]
    credit_steps: tuple[CreditRow, ...]
    cutoff: tuple[CutoffRow, ...]
    late_fee: tuple[LateFeeRow, ...]
    unread_regions: frozenset[str]
    moratoria: tuple[PauseRow, ...] = ()


@cache
def read_file(path: Path = DATA) -> ArrearsFile:
    """Return the checked contents of the file; raises pydantic's ValidationError with every problem."""
    return ArrearsFile.model_validate(read_yaml(path))

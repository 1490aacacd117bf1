"""Which days are working days, and when a promise of so many working days is due (data/workdays.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
from pydantic import BaseModel, ConfigDict

from knowledge.data_files import read_yaml

DATA = Path(__file__).parent.parent / "data" / "workdays.yaml"

_FIRST_KNOWN = min(chinese_calendar.holidays).year
_LAST_KNOWN = max(chinese_calendar.holidays).year


@dataclass(frozen=True, slots=True)
class Due:
    """A moment something is due; `provisional` where a year's official calendar was not known yet."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days, public holidays and office hours of one place."""

    zone: ZoneInfo
    opens: time
    closes: time
    mainland: bool
    announced_years: frozenset[int]
    announced: dict[date, bool]
    every_year: frozenset[str]
    days: frozenset[date]

    def is_workday(self, on: date) -> bool:
        """Return whether the office works on a day, make-up Saturdays and Sundays included."""
        if on in self.announced:
            return self.announced[on]
        if self._in_package(on):
            return bool(chinese_calendar.is_workday(on))
        return on.weekday() < 5 and not self._is_listed(on)

    def is_provisional(self, on: date) -> bool:
        """Return whether the official calendar of the day's year is not known."""
        return not (self._in_package(on) or (self.mainland and on.year in self.announced_years))

    def is_holiday(self, on: date) -> bool:
        """Return whether a day belongs to a public holiday; an ordinary weekend does not."""
        if on in self.announced:
            return not self.announced[on] and (on.weekday() < 5 or self._is_listed(on))
        if self._in_package(on):
            free, name = chinese_calendar.get_holiday_detail(on)
            return bool(free) and name is not None
        return self._is_listed(on)

    def starts_holiday(self, on: date) -> bool:
        """Return whether a day is the first day of a public holiday."""
        return self.is_holiday(on) and not self.is_holiday(on - timedelta(days=1))

    def _in_package(self, on: date) -> bool:
        return self.mainland and _FIRST_KNOWN <= on.year <= _LAST_KNOWN

    def _is_listed(self, on: date) -> bool:
        return on in self.days or on.strftime("%m-%d") in self.every_year


def add_workdays(start: datetime, days: int, calendar: WorkCalendar) -> Due:
    """Return the close of the office on the last of so many working days.

    Day one is the first working day after the day of `start`. Raises ValueError for a naive `start` and for
    fewer than one day.
    """
    if start.tzinfo is None:
        raise ValueError("a deadline starts at an aware moment")
    if days < 1:
        raise ValueError("a promise of working days has at least one")
    on = start.astimezone(calendar.zone).date()
    provisional = False
    while days:
        on += timedelta(days=1)
        provisional = provisional or calendar.is_provisional(on)
        days -= calendar.is_workday(on)
    return Due(datetime.combine(on, calendar.closes, tzinfo=calendar.zone), provisional)


@cache
def calendar_of(region: str | None = None) -> WorkCalendar:
    """Return the calendar of a region; every region without one of its own keeps the mainland's."""
    file = _file()
    own = file.regions.get(region or "")
    listed = own or file.provisional
    return WorkCalendar(
        zone=ZoneInfo(own.timezone if own else file.office.timezone),
        opens=time.fromisoformat(file.office.opens),
        closes=time.fromisoformat(file.office.closes),
        mainland=own is None,
        announced_years=frozenset(file.announced_years),
        announced={day.on: day.works for day in file.announced} if own is None else {},
        every_year=frozenset(listed.every_year),
        days=frozenset(listed.days),
    )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Office(_Strict):
    opens: str
    closes: str
    timezone: str


class _Listed(_Strict):
    every_year: list[str]
    days: list[date]


class _Region(_Listed):
    timezone: str


class _Announced(_Strict):
    on: date
    works: bool


class _File(_Strict):
    version: str
    office: _Office
    provisional: _Listed
    announced_years: list[int]
    announced: list[_Announced]
    regions: dict[str, _Region]


@cache
def _file() -> _File:
    return _File.model_validate(read_yaml(DATA))

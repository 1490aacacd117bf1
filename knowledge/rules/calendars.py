"""Which days are worked, in which hours, and why: one calendar for each place (data/calendars.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, Self
from zoneinfo import ZoneInfo

import chinese_calendar
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from knowledge.data_files import read_yaml
from knowledge.rules.public_holidays import holidays_of, makeup_days_of

DATA = Path(__file__).parent.parent / "data" / "calendars.yaml"

_DAY: Final = 24 * 60
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_FIRST_KNOWN = min(chinese_calendar.holidays).year
_LAST_KNOWN = max(chinese_calendar.holidays).year

Why = Literal["weekday", "weekend", "holiday", "make-up day", "every day"]


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of work, in minutes after midnight; one that ends the next morning ends past 24 hours."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 08:30-12:00, 22:00-06:00 or 00:00-24:00; raises ValueError."""
        found = _HOURS.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} are no hours such as 08:30-12:00")
        hour, minute, to_hour, to_minute = map(int, found.groups())
        opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
        if minute > 59 or to_minute > 59 or opens >= _DAY or closes > _DAY:
            raise ValueError(f"{text!r}: there is no such hour")
        return cls(opens, closes if closes > opens else closes + _DAY)


@dataclass(frozen=True, slots=True)
class DayNote:
    """Whether a day is worked, why, and whether that is certain."""

    on: date
    works: bool
    why: Why
    name: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One day of a notice."""

    works: bool
    name: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice about one calendar; with a `year` it names every day off and make-up day of that year."""

    calendar: str
    year: int | None
    document: str
    days: Mapping[date, NoticeDay]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days, public holidays and hours of work of one place."""

    name: str
    zone: ZoneInfo
    shifts: tuple[Shift, ...]
    country: str | None = None
    every_day: bool = False
    official_until: int | None = None
    announced_years: frozenset[int] = frozenset()
    announced: Mapping[date, NoticeDay] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def opens(self) -> time:
        """When a day's work begins."""
        return _clock(self.shifts[0].opens)

    @property
    def closes(self) -> time:
        """When a day's work ends, next morning where the last shift goes past midnight."""
        return _clock(self.shifts[-1].closes)

    def is_workday(self, on: date) -> bool:
        """Return whether somebody works on a day, make-up Saturdays and Sundays included."""
        if self.every_day:
            return True
        told = self.announced.get(on)
        if told is not None:
            return told.works
        if on.year in self.announced_years:
            return on.weekday() < 5
        if self._in_package(on):
            return bool(chinese_calendar.is_workday(on))
        if on in makeup_days_of(self.country, on.year):
            return True
        return on.weekday() < 5 and on not in self._holidays(on.year)

    def is_provisional(self, on: date) -> bool:
        """Return whether the official calendar of the day's year is not known."""
        if self.every_day or on.year in self.announced_years or self._in_package(on):
            return False
        return self.official_until is None or on.year > self.official_until

    def is_holiday(self, on: date) -> bool:
        """Return whether a day belongs to a public holiday; an ordinary weekend does not."""
        told = self.announced.get(on)
        if told is not None:
            return not told.works
        if on.year in self.announced_years:
            return False
        if self._in_package(on):
            free, name = chinese_calendar.get_holiday_detail(on)
            return bool(free) and name is not None
        return on in self._holidays(on.year)

    def starts_holiday(self, on: date) -> bool:
        """Return whether a day is the first day of a public holiday."""
        return self.is_holiday(on) and not self.is_holiday(on - timedelta(days=1))

    def note(self, on: date) -> DayNote:
        """Return whether a day is worked and why."""
        works = self.is_workday(on)
        why: Why
        if self.every_day:
            why = "every day"
        elif works:
            why = "weekday" if on.weekday() < 5 else "make-up day"
        else:
            why = "holiday" if self.is_holiday(on) else "weekend"
        name = self._name(on) if why in ("holiday", "make-up day") else ""
        return DayNote(on, works, why, name, self.is_provisional(on))

    def day_of(self, moment: datetime) -> date:
        """Return the day that a moment belongs to: a night shift belongs to the day on which it began."""
        here = moment.astimezone(self.zone)
        before = here.date() - timedelta(days=1)
        last = self.shifts[-1]
        if last.closes > _DAY and self.is_workday(before) and moment < self._at(before, last.closes):
            return before
        return here.date()

    def stretches(self, on: date) -> Iterator[tuple[datetime, datetime]]:
        """Return the hours of work that begin on a day, as moments; none on a day off."""
        if self.is_workday(on):
            for shift in self.shifts:
                yield self._at(on, shift.opens), self._at(on, shift.closes)

    def with_hours(self, opens: str, closes: str, *, every_day: bool) -> WorkCalendar:
        """Return this calendar with other hours; raises ValueError."""
        return replace(self, shifts=(Shift.parse(f"{opens}-{closes}"),), every_day=every_day)

    def _at(self, on: date, minutes: int) -> datetime:
        days, minute = divmod(minutes, _DAY)
        return datetime.combine(on + timedelta(days=days), time(*divmod(minute, 60)), tzinfo=self.zone)

    def _name(self, on: date) -> str:
        told = self.announced.get(on)
        if told is not None:
            return told.name
        if self._in_package(on):
            return str(chinese_calendar.get_holiday_detail(on)[1] or "")
        return self._holidays(on.year).get(on, "")

    def _holidays(self, year: int) -> Mapping[date, str]:
        return holidays_of(self.country, year)

    def _in_package(self, on: date) -> bool:
        return self.country == "CN" and _FIRST_KNOWN <= on.year <= _LAST_KNOWN


def calendar_of(region: str | None = None) -> WorkCalendar:
    """Return the calendar of a region; every region without one of its own has the default one."""
    file = _file()
    return calendar_named(file.regions.get(region or "", file.default))


def team_calendar(team: str, region: str | None = None) -> WorkCalendar | None:
    """Return when a team is at work, or None where it has no hours of its own."""
    name = _file().teams.get(team)
    return calendar_named(name) if name is not None else None


def calendar_names() -> Sequence[str]:
    """Return the names of all calendars."""
    return sorted(_file().calendars)


def calendar_country(name: str) -> str | None:
    """Return whose public holidays a calendar has; raises KeyError."""
    return _file().calendars[name].country


def regions_with_their_own() -> Sequence[str]:
    """Return the regions that have another calendar than the default one."""
    return sorted(_file().regions)


def name_for(region: str | None) -> str:
    """Return the name of the calendar that a region has."""
    return _file().regions.get(region or "", _file().default)


@cache
def calendar_named(name: str) -> WorkCalendar:
    """Return a calendar by its name, with the notices that were taken; raises KeyError."""
    row = _file().calendars[name]
    # The place's own days and notices go before those of the calendar that it is based on.
    about = [one for one in _taken if one.calendar == row.based_on]
    own = [one for one in _taken if one.calendar == name]
    days: dict[date, NoticeDay] = {}
    for notice in about:
        days.update(notice.days)
    days.update({day.date: NoticeDay(day.works, day.name) for day in row.days})
    for notice in own:
        days.update(notice.days)
    about += own
    return WorkCalendar(
        name=name,
        zone=ZoneInfo(row.timezone),
        shifts=tuple(Shift.parse(text) for text in row.hours),
        country=row.country,
        every_day=row.every_day,
        official_until=row.official_until,
        announced_years=frozenset(notice.year for notice in about if notice.year is not None),
        announced=MappingProxyType(days),
    )


def take_notices(notices: Sequence[Notice]) -> None:
    """Count by these notices from now on, later ones before earlier ones; the libraries fill the rest.

    They are kept by the process, as the files are: whoever holds a calendar already keeps it as it is.
    """
    global _taken
    _taken = tuple(notices)
    calendar_named.cache_clear()


_taken: tuple[Notice, ...] = ()


def _clock(minutes: int) -> time:
    return time(*divmod(minutes % _DAY, 60))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Day(_Strict):
    date: date
    works: bool
    name: str = ""


class _Calendar(_Strict):
    timezone: str
    based_on: str | None = None
    days: tuple[_Day, ...] = ()
    country: Literal["CN", "TW", "HK"] | None = None
    official_until: int | None = None
    every_day: bool = False
    hours: tuple[str, ...] = Field(min_length=1)

    @field_validator("hours")
    @classmethod
    def _are_in_order(cls, hours: tuple[str, ...]) -> tuple[str, ...]:
        shifts = [Shift.parse(text) for text in hours]
        for one, following in pairwise(shifts):
            if one.closes > following.opens:
                raise ValueError(f"{hours}: the hours of a day overlap or are not in order")
        if shifts[-1].closes > shifts[0].opens + _DAY:
            raise ValueError(f"{hours}: the night shift goes on into the next day's hours")
        return hours


class _File(_Strict):
    version: str
    default: str
    calendars: dict[str, _Calendar]
    regions: dict[str, str]
    teams: dict[str, str]

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        bases = (row.based_on for row in self.calendars.values() if row.based_on is not None)
        for name in (self.default, *self.regions.values(), *self.teams.values(), *bases):
            if name not in self.calendars:
                raise ValueError(f"there is no calendar {name}")
        return self


@cache
def _file() -> _File:
    return _File.model_validate(read_yaml(DATA))

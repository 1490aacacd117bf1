"""Which parts of which days somebody can come or ring, by team and calendar (data/slots.yaml)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.data_files import read_yaml
from knowledge.rules.calendars import WorkCalendar

_FILE = Path(__file__).parent.parent / "data" / "slots.yaml"
_CLOCK = re.compile(r"(早上?|上午|中午|下午|傍晚|晚上?|夜里)?\s*(\d{1,2})(?:[:：](\d{2})|[点點时時])(半)?")
_LATE = ("下午", "傍晚", "晚", "晚上", "夜里")
# How people call a part of the day beside its name.
_CALLED = (
    ("morning", re.compile(r"上午|早上|早晨|一早|午前|明早|早$")),
    ("afternoon", re.compile(r"下午|午后|中午")),
    ("evening", re.compile(r"晚上|傍晚|下班|明晚|今晚|夜里|晚$")),
)
_ANY_TIME = re.compile(r"都行|都可以|随便|随时|全天|整天|任何时[候间]|什么时候都")


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a day, both moments in the calendar's own zone."""

    on: date
    span: str
    name: str
    begins: datetime
    ends: datetime

    @property
    def key(self) -> str:
        """Return the slot as it is kept: 2026-11-25 morning."""
        return f"{self.on.isoformat()} {self.span}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Span(_Strict):
    name: str
    from_: time = Field(alias="from")
    to: time


class _Team(_Strict):
    spans: tuple[str, ...]
    days: Literal["working", "every"]


class _File(_Strict):
    spans: dict[str, _Span]
    teams: dict[str, _Team]
    notice_minutes: int
    offered: int


def free(team: str, calendar: WorkCalendar, now: datetime, days: tuple[int, int]) -> Iterator[Slot]:
    """Yield what can still be chosen, from the first to the last day counted from today, in order."""
    today = now.astimezone(calendar.zone).date()
    for ahead in range(max(days[0], 0), days[1] + 1):
        yield from of_day(team, calendar, now, today + timedelta(days=ahead))


def offered(team: str, calendar: WorkCalendar, now: datetime, days: tuple[int, int]) -> tuple[Slot, ...]:
    """Return the first few slots that can be chosen."""
    return tuple(islice(free(team, calendar, now, days), _slots().offered))


def of_day(team: str, calendar: WorkCalendar, now: datetime, on: date) -> list[Slot]:
    """Return what can still be chosen on a day; nothing where the team does not work then."""
    works = _team(team)
    if works.days == "working" and not calendar.is_workday(on):
        return []
    latest = now + timedelta(minutes=_slots().notice_minutes)
    return [slot for slot in (_slot(on, span, calendar) for span in works.spans) if slot.ends >= latest]


def slot_of(key: str, calendar: WorkCalendar) -> Slot:
    """Return a slot as it was kept; raises ValueError and KeyError for what is none."""
    on, _, span = key.partition(" ")
    return _slot(date.fromisoformat(on), span, calendar)


def span_in(text: str) -> str | None:
    """Return the part of the day that words name, by its name or by a time of the clock; None for none."""
    found = _CLOCK.search(text)
    if found is not None:
        hour = int(found[2])
        if (found[1] in _LATE or (found[1] == "中午" and hour < 6)) and hour < 12:
            hour += 12
        elif found[1] is None and hour < 7:
            hour += 12  # nobody is visited at three in the night
        if hour > 23:
            return None
        return _span_at(time(hour, int(found[3] or (30 if found[4] else 0)) % 60))
    return next((span for span, pattern in _CALLED if pattern.search(text)), None)


def any_time(text: str) -> bool:
    """Return whether every part of a day is as good as another."""
    return _ANY_TIME.search(text) is not None


def names_of(team: str) -> tuple[str, ...]:
    """Return the parts of the day that a team works, as people read them."""
    return tuple(_slots().spans[span].name for span in _team(team).spans)


def works_every_day(team: str) -> bool:
    """Return whether a team works at weekends and on holidays too."""
    return _team(team).days == "every"


def _span_at(clock: time) -> str:
    spans = _slots().spans
    for name, span in spans.items():
        if span.from_ <= clock < span.to:
            return name
    if clock < spans["morning"].from_:
        return "morning"
    return "afternoon" if clock < spans["afternoon"].to else "evening"


def _slot(on: date, span: str, calendar: WorkCalendar) -> Slot:
    shape = _slots().spans[span]
    begins = datetime.combine(on, shape.from_, tzinfo=calendar.zone)
    return Slot(on, span, shape.name, begins, datetime.combine(on, shape.to, tzinfo=calendar.zone))


def _team(team: str) -> _Team:
    teams = _slots().teams
    return teams.get(team, teams["default"])


@cache
def _slots() -> _File:
    return _File.model_validate(read_yaml(_FILE))

"""When a span of time is over: around the clock, in hours of work or in working days, less the pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from knowledge.rules.calendars import WorkCalendar

# A stretch in which the clock stood still; None while it still does.
Pause = tuple[datetime, datetime | None]

# No calendar of ours has so many days off in a row: one that has is wrong.
_MOST_IDLE_DAYS = 400


@dataclass(frozen=True, slots=True)
class Due:
    """A moment something is due; `provisional` where a year's official calendar was not known yet."""

    at: datetime
    provisional: bool


def after_time(start: datetime, length: timedelta, pauses: Sequence[Pause] = ()) -> Due | None:
    """Return the first moment at which so much time outside the pauses has passed since `start`.

    None where the clock stands still before that. Raises ValueError for a naive moment.
    """
    start = _aware(start)
    forever = datetime.max.replace(tzinfo=UTC)
    at = _reach(iter([(start, forever)]), length, _merged(pauses))
    return Due(at.astimezone(start.tzinfo), provisional=False) if at is not None else None


def after_working_time(
    start: datetime, length: timedelta, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> Due | None:
    """Return the first moment at which so much time of work outside the pauses has passed since `start`.

    None where the clock stands still before that. Raises ValueError for a naive moment.
    """
    start = _aware(start)
    first = calendar.day_of(start)
    worked = ((max(begin, start), end) for begin, end in _work_from(first, calendar) if end > start)
    return _due(_reach(worked, length, _merged(pauses)), first, calendar)


def after_workdays(
    start: datetime, days: int, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> Due | None:
    """Return the end of the last of so many working days, day one being the first after the day of `start`.

    A pause moves it by the hours of work that it took out of these days and no others: one at night, on a
    day off or on the day of `start` moves nothing; a whole working day moves it by one. None where the clock
    stands still before that. Raises ValueError for a naive `start` and for fewer than one day.
    """
    start = _aware(start)
    if days < 1:
        raise ValueError("a promise of working days has at least one")
    following = calendar.day_of(start) + timedelta(days=1)
    length, on = timedelta(0), following
    for on in _workdays_from(following, calendar):
        length += sum((end - begin for begin, end in calendar.stretches(on)), timedelta(0))
        days -= 1
        if not days:
            break
    return _due(_reach(_work_from(following, calendar), length, _merged(pauses)), following, calendar)


def add_workdays(start: datetime, days: int, calendar: WorkCalendar) -> Due:
    """Return the end of the last of so many working days without any pause; raises ValueError."""
    due = after_workdays(start, days, calendar)
    assert due is not None
    return due


def before_workdays(moment: datetime, days: int, calendar: WorkCalendar) -> datetime:
    """Return the end of the working day so many working days before the day of a moment."""
    on = calendar.day_of(_aware(moment))
    idle = 0
    while days:
        on -= timedelta(days=1)
        idle = 0 if calendar.is_workday(on) else _one_more(idle, calendar)
        days -= calendar.is_workday(on)
    return list(calendar.stretches(on))[-1][1]


def next_work(moment: datetime, calendar: WorkCalendar) -> datetime:
    """Return `moment` if somebody is at work then, else the beginning of the next hours of work."""
    for begin, end in _work_from(calendar.day_of(_aware(moment)), calendar):
        if moment < end:
            return max(moment, begin.astimezone(moment.tzinfo))
    raise AssertionError("the work never ends")


def last_work(moment: datetime, calendar: WorkCalendar) -> datetime:
    """Return `moment` if somebody is at work then, else the end of the last hours of work before it."""
    on, idle = calendar.day_of(_aware(moment)), 0
    while True:
        for begin, end in reversed(list(calendar.stretches(on))):
            if begin <= moment:
                return min(moment, end.astimezone(moment.tzinfo))
        idle = 0 if calendar.is_workday(on) else _one_more(idle, calendar)
        on -= timedelta(days=1)


def time_used(since: datetime, until: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
    """Return how much time outside the pauses lies between two moments."""
    return _measure(iter([(_aware(since), until)]), until, _merged(pauses))


def workdays_used(
    since: datetime, until: datetime, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> tuple[timedelta, timedelta]:
    """Return the work outside the pauses from the day after `since`, and how long one day's work is."""
    following = calendar.day_of(_aware(since)) + timedelta(days=1)
    day = sum(
        (timedelta(minutes=shift.closes - shift.opens) for shift in calendar.shifts), start=timedelta(0)
    )
    return _measure(_work_from(following, calendar), until, _merged(pauses)), day


# -- inside

_Stretches = Iterator[tuple[datetime, datetime]]


def _reach(work: _Stretches, length: timedelta, pauses: Sequence[Pause]) -> datetime | None:
    for begin, end in _outside(work, pauses):
        if end is None:
            return None
        if end - begin >= length:
            return begin + length
        length -= end - begin
    raise AssertionError("the work never ends")


def _measure(work: _Stretches, until: datetime, pauses: Sequence[Pause]) -> timedelta:
    found = timedelta(0)
    for begin, end in _outside(work, pauses):
        if end is None or begin >= until:
            break
        found += min(end, until) - begin
    return found


def _outside(work: _Stretches, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime | None]]:
    """Cut the pauses out of the work; where the clock still stands, the end is None and nothing follows."""
    for opening, closing in work:
        begin, end = opening.astimezone(UTC), closing.astimezone(UTC)
        for since, until in pauses:
            if since >= end or begin >= end:
                break
            if since > begin:
                yield begin, since
            if until is None:
                yield since, None
                return
            begin = max(begin, until)
        if begin < end:
            yield begin, end


def _merged(pauses: Sequence[Pause]) -> list[Pause]:
    """Return pauses in their order, in UTC, those that overlap as one and those without length left out."""
    found: list[Pause] = []
    for since, until in sorted(pauses, key=lambda one: one[0]):
        begin = _aware(since).astimezone(UTC)
        end = _aware(until).astimezone(UTC) if until is not None else None
        if end is not None and end <= begin:
            continue
        if found and (found[-1][1] is None or found[-1][1] >= begin):
            last = found[-1][1]
            found[-1] = (found[-1][0], None if last is None or end is None else max(last, end))
        else:
            found.append((begin, end))
    return found


def _work_from(on: date, calendar: WorkCalendar) -> _Stretches:
    for day in _workdays_from(on, calendar):
        yield from calendar.stretches(day)


def _workdays_from(on: date, calendar: WorkCalendar) -> Iterator[date]:
    idle = 0
    while True:
        if calendar.is_workday(on):
            idle = 0
            yield on
        else:
            idle = _one_more(idle, calendar)
        on += timedelta(days=1)


def _one_more(idle: int, calendar: WorkCalendar) -> int:
    if idle >= _MOST_IDLE_DAYS:
        raise ValueError(f"the calendar {calendar.name} has no working day")
    return idle + 1


def _due(at: datetime | None, first: date, calendar: WorkCalendar) -> Due | None:
    if at is None:
        return None
    here = at.astimezone(calendar.zone)
    years = range(first.year, max(first.year, here.year) + 1)
    return Due(here, any(calendar.is_provisional(date(year, 1, 1)) for year in years))


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a deadline starts at an aware moment")
    return moment

"""When a span is over, against a model that walks minute by minute: shifts, nights, days off, pauses."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.rules.calendars import NoticeDay, Shift, WorkCalendar, calendar_of
from knowledge.rules.promises import Span
from knowledge.rules.working_time import (
    Pause,
    after_time,
    after_workdays,
    after_working_time,
    before_workdays,
    last_work,
    next_work,
    time_used,
    workdays_used,
)

MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MAINLAND = calendar_of("beijing")
FIRST = date(2026, 9, 21)  # two weeks from here are the holidays of the made-up calendars
ZONES = ["Asia/Shanghai", "UTC", "Asia/Kathmandu", "Asia/Tokyo", "America/Bogota", "Pacific/Kiritimati"]


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Up to three shifts a day, the last maybe past midnight, and days off at random."""
    marks = sorted(draw(st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True)))
    marks = marks[: len(marks) // 2 * 2]
    shifts = [Shift(opens, closes) for opens, closes in zip(marks[::2], marks[1::2], strict=True)]
    if draw(st.booleans()):
        late = draw(st.integers(0, marks[0]))
        shifts[-1] = Shift(shifts[-1].opens, 1440 + late)  # up to where the next day's work begins
    days = [FIRST + timedelta(days=n) for n in range(-2, 25)]
    announced = {on: NoticeDay(draw(st.booleans()), "") for on in days if draw(st.integers(0, 3)) == 0}
    return WorkCalendar(
        name="made up",
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        shifts=tuple(shifts),
        country=draw(st.sampled_from([None, "CN"])),
        every_day=draw(st.booleans()),
        announced=MappingProxyType(announced),
    )


STARTS = st.integers(0, 5 * 1440).map(lambda n: datetime(2026, 9, 21, tzinfo=UTC) + n * MINUTE)


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    found: list[Pause] = []
    for _ in range(draw(st.integers(0, 3))):
        since = datetime(2026, 9, 20, tzinfo=UTC) + draw(st.integers(0, 9 * 1440)) * MINUTE
        found.append((since, since + draw(st.integers(0, 3 * 1440)) * MINUTE))
    return found


# -- the model: one minute after the other


def works(minute: datetime, calendar: WorkCalendar) -> date | None:
    """Return the day to which the work in this minute belongs, or None."""
    here = minute.astimezone(calendar.zone)
    of_day = here.hour * 60 + here.minute
    for on, minutes in ((here.date(), of_day), (here.date() - timedelta(days=1), of_day + 1440)):
        if calendar.is_workday(on) and any(s.opens <= minutes < s.closes for s in calendar.shifts):
            return on
    return None


def stands_still(minute: datetime, pauses: Sequence[Pause]) -> bool:
    return any(since <= minute and (until is None or minute < until) for since, until in pauses)


def walk_time(start: datetime, minutes: int, pauses: Sequence[Pause]) -> datetime:
    while True:
        if not stands_still(start, pauses):
            minutes -= 1
        start += MINUTE
        if not minutes:
            return start


def walk_work(
    start: datetime, minutes: int, calendar: WorkCalendar, pauses: Sequence[Pause], *, since: date = date.min
) -> datetime:
    while True:
        day = works(start, calendar)
        if day is not None and day >= since and not stands_still(start, pauses):
            minutes -= 1
        start += MINUTE
        if not minutes:
            return start


def walk_days(start: datetime, days: int, calendar: WorkCalendar, pauses: Sequence[Pause]) -> datetime:
    opened_on = start.astimezone(calendar.zone).date()
    yesterday = opened_on - timedelta(days=1)
    if works(start, calendar) == yesterday:
        opened_on = yesterday  # the night shift of the day before
    per_day = sum(shift.closes - shift.opens for shift in calendar.shifts)
    return walk_work(start, days * per_day, calendar, pauses, since=opened_on + timedelta(days=1))


# -- against the model


@settings(deadline=None, max_examples=40)
@given(start=STARTS, minutes=st.integers(1, 3 * 1440), stops=pauses())
def test_time_around_the_clock(start: datetime, minutes: int, stops: list[Pause]) -> None:
    due = after_time(start, minutes * MINUTE, stops)

    assert due is not None
    assert due.at == walk_time(start, minutes, stops)
    assert time_used(start, due.at, stops) == minutes * MINUTE


@settings(deadline=None, max_examples=50)
@given(start=STARTS, minutes=st.integers(1, 1500), calendar=calendars(), stops=pauses())
def test_working_time(start: datetime, minutes: int, calendar: WorkCalendar, stops: list[Pause]) -> None:
    per_day = sum(shift.closes - shift.opens for shift in calendar.shifts)
    minutes = min(minutes, 3 * per_day)  # the model is slow

    due = after_working_time(start, minutes * MINUTE, calendar, stops)

    assert due is not None
    assert due.at == walk_work(start, minutes, calendar, stops)


@settings(deadline=None, max_examples=50)
@given(start=STARTS, days=st.integers(1, 4), calendar=calendars(), stops=pauses())
def test_working_days(start: datetime, days: int, calendar: WorkCalendar, stops: list[Pause]) -> None:
    due = after_workdays(start, days, calendar, stops)

    assert due is not None
    assert due.at == walk_days(start, days, calendar, stops)
    used, per_day = workdays_used(start, due.at, calendar, stops)
    assert used == days * per_day


# -- what must hold whatever the calendar

SPANS = st.sampled_from(["1m", "45m", "24h", "7d", "1wh", "9wh", "1wd", "4wd", "20wd"])


@settings(deadline=None)
@given(start=STARTS, later=st.integers(0, 6000), span=SPANS, calendar=calendars(), stops=pauses())
def test_who_comes_later_is_due_no_earlier(
    start: datetime, later: int, span: str, calendar: WorkCalendar, stops: list[Pause]
) -> None:
    first = Span.parse(span).after(start, calendar, pauses=stops)
    second = Span.parse(span).after(start + later * MINUTE, calendar, pauses=stops)

    assert first is not None
    assert second is not None
    assert start < first.at <= second.at


@settings(deadline=None)
@given(start=STARTS, span=SPANS, calendar=calendars(), stops=pauses(), more=pauses())
def test_a_pause_never_makes_it_earlier(
    start: datetime, span: str, calendar: WorkCalendar, stops: list[Pause], more: list[Pause]
) -> None:
    before = Span.parse(span).after(start, calendar, pauses=stops)
    after = Span.parse(span).after(start, calendar, pauses=stops + more)

    assert before is not None
    assert after is not None
    assert before.at <= after.at


@settings(deadline=None)
@given(start=STARTS, span=SPANS, calendar=calendars(), since=st.integers(0, 40 * 1440))
def test_while_the_clock_stands_still_nothing_is_due(
    start: datetime, span: str, calendar: WorkCalendar, since: int
) -> None:
    stop = start + since * MINUTE
    without = Span.parse(span).after(start, calendar)
    found = Span.parse(span).after(start, calendar, pauses=[(stop, None)])

    assert without is not None
    if found is not None:
        assert found.at == without.at <= stop


@settings(deadline=None)
@given(start=STARTS, calendar=calendars())
def test_the_next_and_the_last_work(start: datetime, calendar: WorkCalendar) -> None:
    following, before = next_work(start, calendar), last_work(start, calendar)

    assert before <= start <= following
    assert works(following, calendar) is not None
    if works(start, calendar) is not None:
        assert before == following == start
    else:
        assert works(before, calendar) is None
        assert works(before - MINUTE, calendar) is not None


# -- worked examples


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(span: str, start: str, *stops: tuple[str, str | None]) -> datetime | None:
    pauses = [(at(since), at(until) if until is not None else None) for since, until in stops]
    found = Span.parse(span).after(at(start), MAINLAND, pauses=pauses)
    return found.at if found is not None else None


@pytest.mark.parametrize(
    ("span", "start", "stops", "end"),
    [
        ("24h", "2026-11-06 16:00", [("2026-11-06 18:00", "2026-11-06 20:00")], "2026-11-07 18:00"),
        # One working day, from Monday morning: due on Tuesday at half past five.
        ("1wd", "2026-11-02 09:00", [], "2026-11-03 17:30"),
        ("1wd", "2026-11-02 09:00", [("2026-11-02 10:00", "2026-11-02 16:00")], "2026-11-03 17:30"),
        ("1wd", "2026-11-02 09:00", [("2026-11-02 18:00", "2026-11-03 08:00")], "2026-11-03 17:30"),
        ("1wd", "2026-11-02 09:00", [("2026-11-03 12:00", "2026-11-03 13:00")], "2026-11-03 17:30"),
        # An hour of Tuesday's work is missing: it is made up for on Wednesday.
        ("1wd", "2026-11-02 09:00", [("2026-11-03 09:00", "2026-11-03 10:00")], "2026-11-04 09:30"),
        # Tuesday and Wednesday stood still whole: two days later.
        ("1wd", "2026-11-02 09:00", [("2026-11-02 20:00", "2026-11-04 20:00")], "2026-11-05 17:30"),
        ("5wd", "2026-11-06 10:00", [("2026-11-07 00:00", "2026-11-09 00:00")], "2026-11-13 17:30"),
        ("4wh", "2026-11-06 16:30", [], "2026-11-09 11:30"),
        # Half an hour on Friday, three hours before lunch, half an hour after it.
        ("4wh", "2026-11-06 16:30", [("2026-11-06 17:00", "2026-11-09 09:00")], "2026-11-09 13:30"),
    ],
)
def test_what_a_pause_is_worth(span: str, start: str, stops: list[tuple[str, str | None]], end: str) -> None:
    assert due(span, start, *stops) == at(end)


def test_a_night_shift_belongs_to_the_day_on_which_it_began() -> None:
    nights = WorkCalendar("nights", SHANGHAI, (Shift.parse("22:00-06:00"),), country="CN")

    # Friday night goes on into Saturday; what came at two o'clock is Friday's, and Monday is day one.
    assert nights.day_of(at("2026-11-07 02:00")) == date(2026, 11, 6)
    found = after_workdays(at("2026-11-07 02:00"), 1, nights)
    assert found is not None
    assert found.at == at("2026-11-10 06:00")
    worked = after_working_time(at("2026-11-07 02:00"), timedelta(hours=5), nights)
    assert worked is not None
    assert worked.at == at("2026-11-09 23:00")


def test_a_calendar_without_a_working_day_is_an_error() -> None:
    free = MappingProxyType({date(2026, 1, 1) + timedelta(days=n): NoticeDay(False, "") for n in range(900)})
    never = WorkCalendar("never", SHANGHAI, (Shift(0, 60),), announced=free)

    with pytest.raises(ValueError, match="no working day"):
        after_workdays(at("2026-06-01 10:00"), 1, never)


def test_a_working_day_before() -> None:
    assert before_workdays(at("2026-11-09 17:30"), 1, MAINLAND) == at("2026-11-06 17:30")
    assert before_workdays(at("2026-10-08 17:30"), 1, MAINLAND) == at("2026-09-30 17:30")

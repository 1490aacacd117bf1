"""Working days: make-up Saturdays, holidays, years nobody has announced yet, and another place's calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.workdays import add_workdays, calendar_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAINLAND = calendar_of("beijing")
MOMENTS = st.builds(
    datetime.combine, st.dates(date(2020, 1, 1), date(2026, 8, 31)), st.times(), st.just(SHANGHAI)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("opened", "days", "due_on"),
    [
        ("2026-11-02 10:00", 1, "2026-11-03"),  # Monday, due on Tuesday
        ("2026-11-06 17:00", 5, "2026-11-13"),  # Friday, over one weekend
        ("2026-11-07 09:00", 1, "2026-11-09"),  # Saturday
        ("2026-09-30 23:59", 1, "2026-10-08"),  # over the National Day week
        ("2026-09-30 23:59", 3, "2026-10-10"),  # the Saturday after it is worked
        ("2026-02-13 12:00", 1, "2026-02-14"),  # the Saturday before Spring Festival is worked
        ("2026-02-13 12:00", 2, "2026-02-24"),
    ],
)
def test_worked_examples(opened: str, days: int, due_on: str) -> None:
    due = add_workdays(at(opened), days, MAINLAND)

    assert due.at == datetime.combine(date.fromisoformat(due_on), MAINLAND.closes, tzinfo=SHANGHAI)
    assert not due.provisional


def naive_model(start: datetime, days: int) -> date:
    following = (start.date() + timedelta(days=ahead) for ahead in range(1, 400))
    worked = [day for day in following if day.year <= 2026 and chinese_calendar.is_workday(day)]
    return worked[days - 1]


@given(start=MOMENTS, days=st.integers(1, 40))
def test_it_agrees_with_counting_day_by_day(start: datetime, days: int) -> None:
    due = add_workdays(start, days, MAINLAND)

    assert due.at.date() == naive_model(start, days)
    assert due.at.time() == MAINLAND.closes
    assert MAINLAND.is_workday(due.at.date())


@given(start=MOMENTS, days=st.integers(1, 40))
def test_one_day_more_is_later(start: datetime, days: int) -> None:
    assert add_workdays(start, days, MAINLAND).at < add_workdays(start, days + 1, MAINLAND).at


def test_the_day_of_acceptance_is_the_day_in_the_utilitys_zone() -> None:
    just_past_midnight = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)  # Tuesday 00:30 in Shanghai

    assert add_workdays(just_past_midnight, 1, MAINLAND).at.date() == date(2026, 11, 4)


def test_a_year_nobody_announced_is_provisional() -> None:
    due = add_workdays(at("2026-12-31 10:00"), 1, MAINLAND)

    assert due.provisional
    assert due.at.date() == date(2027, 1, 4)  # New Year's Day is a Friday


def test_taiwan_has_its_own_calendar_and_is_always_provisional() -> None:
    taiwan = calendar_of("taiwan")

    assert add_workdays(at("2026-09-30 10:00"), 1, taiwan).at.date() == date(2026, 10, 1)
    assert add_workdays(at("2026-09-30 10:00"), 1, taiwan).provisional


def test_a_holiday_starts_once() -> None:
    starts = [
        day
        for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
        if MAINLAND.starts_holiday(day)
    ]

    assert date(2026, 10, 1) in starts
    assert date(2026, 2, 15) in starts
    assert date(2026, 10, 2) not in starts
    assert len(starts) == 7


def test_a_weekend_is_no_holiday() -> None:
    assert not MAINLAND.is_holiday(date(2026, 11, 7))


@pytest.mark.parametrize("days", [0, -1])
def test_no_days_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        add_workdays(at("2026-11-02 10:00"), days, MAINLAND)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        add_workdays(datetime.combine(date(2026, 11, 2), time(10)), 1, MAINLAND)

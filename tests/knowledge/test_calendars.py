"""Calendars: make-up Saturdays, holidays, years nobody has announced yet, night shifts, other places."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules import calendars
from knowledge.rules.calendar_files import BadNotice, read_notice
from knowledge.rules.calendars import (
    DayNote,
    Notice,
    NoticeDay,
    Shift,
    calendar_named,
    calendar_of,
    take_notices,
    team_calendar,
)
from knowledge.rules.working_time import add_workdays

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAINLAND = calendar_of("beijing")
MOMENTS = st.builds(
    datetime.combine, st.dates(date(2020, 1, 1), date(2026, 8, 31)), st.times(), st.just(SHANGHAI)
)

NOTICE = """\
calendar: mainland
year: 2027
document: 关于2027年部分节假日安排的通知
days:
  - {from: 2027-01-01, to: 2027-01-03, works: false, name: 元旦}
  - {from: 2027-02-05, to: 2027-02-11, works: false, name: 春节}
  - {date: 2027-02-20, works: true, name: 春节调休}
  - {from: 2027-04-03, to: 2027-04-05, works: false, name: 清明节}
  - {from: 2027-05-01, to: 2027-05-05, works: false, name: 劳动节}
  - {date: 2027-06-09, works: false, name: 端午节}
  - {date: 2027-09-15, works: false, name: 中秋节}
  - {from: 2027-10-01, to: 2027-10-07, works: false, name: 国庆节}
"""


@pytest.fixture
def _no_notices_after() -> Iterator[None]:
    yield
    take_notices([])


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


@pytest.mark.parametrize("year", range(2027, 2034))
def test_far_years_keep_their_fixed_holidays(year: int) -> None:
    for day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)):
        assert not MAINLAND.is_workday(date(year, *day))
        assert MAINLAND.is_holiday(date(year, *day))
    assert MAINLAND.note(date(year, 1, 1)) == DayNote(
        date(year, 1, 1), works=False, why="holiday", name="New Year's Day", provisional=True
    )


def test_taiwan_has_its_own_calendar_official_for_the_years_it_was_compared() -> None:
    taiwan = calendar_of("taiwan")

    assert add_workdays(at("2026-09-30 10:00"), 1, taiwan).at.date() == date(2026, 10, 1)
    assert not add_workdays(at("2026-09-30 10:00"), 1, taiwan).provisional
    assert add_workdays(at("2026-12-31 10:00"), 1, taiwan).provisional
    assert taiwan.is_workday(date(2025, 2, 8))  # a Saturday that was worked for the day before the New Year
    assert not taiwan.is_workday(date(2026, 9, 28))


def test_hong_kong_has_the_monday_after_a_sunday_holiday_off() -> None:
    hong_kong = calendar_of("hongkong")

    assert not hong_kong.is_workday(date(2026, 5, 25))
    assert hong_kong.note(date(2026, 10, 19)).why == "holiday"
    assert hong_kong.is_workday(date(2026, 10, 2))


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
    assert MAINLAND.note(date(2026, 11, 7)).why == "weekend"


@pytest.mark.parametrize("days", [0, -1])
def test_no_days_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        add_workdays(at("2026-11-02 10:00"), days, MAINLAND)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        add_workdays(datetime.combine(date(2026, 11, 2), time(10)), 1, MAINLAND)


def test_around_the_clock_loses_no_minute() -> None:
    crew = team_calendar("rescue")

    assert crew is not None
    assert list(crew.stretches(date(2027, 1, 1))) == [(at("2027-01-01 00:00"), at("2027-01-02 00:00"))]
    assert not crew.is_provisional(date(2040, 1, 1))


@pytest.mark.parametrize("wrong", ["8:30-12:00", "08:30-25:00", "24:00-06:00", "08:30", "08:61-12:00"])
def test_hours_that_do_not_exist_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="hour"):
        Shift.parse(wrong)


# -- notices


@pytest.mark.usefixtures("_no_notices_after")
def test_a_notice_makes_its_year_official() -> None:
    take_notices([read_notice(NOTICE.encode(), "2027.yaml")])
    calendar = calendar_of("beijing")

    assert not calendar.is_provisional(date(2027, 6, 1))
    assert calendar.is_provisional(date(2028, 1, 1))
    assert calendar.note(date(2027, 2, 20)) == DayNote(
        date(2027, 2, 20), works=True, why="make-up day", name="春节调休", provisional=False
    )
    assert not calendar.is_workday(date(2027, 2, 11))
    assert calendar.is_workday(date(2027, 2, 12))
    assert MAINLAND.is_provisional(date(2027, 6, 1))  # who counts by the old one goes on with it


@pytest.mark.usefixtures("_no_notices_after")
def test_a_later_notice_goes_before_an_earlier_one() -> None:
    storm = Notice("mainland", None, "台风停工", {date(2026, 11, 24): NoticeDay(False, "台风")})
    work = Notice("mainland", None, "", {date(2026, 11, 24): NoticeDay(True, "")})

    take_notices([storm])
    assert not calendar_named("mainland").is_workday(date(2026, 11, 24))
    assert calendar_of("taiwan").is_workday(date(2026, 11, 24))
    take_notices([storm, work])
    assert calendar_named("mainland").is_workday(date(2026, 11, 24))


@pytest.mark.usefixtures("_no_notices_after")
def test_a_place_has_days_of_its_own_beside_the_notices_of_its_country(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "calendars.yaml"
    file.write_text(
        """\
version: "1"
default: mainland
calendars:
  mainland: {timezone: Asia/Shanghai, country: CN, hours: ["08:30-17:30"]}
  hills:
    timezone: Asia/Shanghai
    country: CN
    based_on: mainland
    hours: ["09:00-12:00", "22:00-02:00"]
    days: [{date: 2027-04-09, works: false, name: 三月三}]
regions: {hills: hills}
teams: {}
""",
        encoding="utf-8",
    )
    monkeypatch.setattr(calendars, "DATA", file)
    calendars._file.cache_clear()
    try:
        take_notices([read_notice(NOTICE.encode(), "2027.yaml")])
        hills, plains = calendar_of("hills"), calendar_of("plains")
        assert hills.note(date(2027, 4, 9)).name == "三月三"
        assert plains.is_workday(date(2027, 4, 9))
        assert hills.is_workday(date(2027, 2, 20))
        assert not hills.is_provisional(date(2027, 2, 20))
        assert list(hills.stretches(date(2027, 2, 20)))[1][1] == at("2027-02-21 02:00")
    finally:
        monkeypatch.undo()
        calendars._file.cache_clear()


def test_a_table_of_days_is_a_notice_too() -> None:
    data = "date,works,name\n2026-11-28,班,调休\n2026-11-30,休,调休\n".encode("gb18030")

    assert read_notice(data, "days.csv").days == {
        date(2026, 11, 28): NoticeDay(True, "调休"),
        date(2026, 11, 30): NoticeDay(False, "调休"),
    }


@pytest.mark.parametrize(
    ("text", "name", "faults"),
    [
        (NOTICE.replace("2027-02-05", "2027-02-15"), "a.yaml", ["line 6: from 2027-02-15 to 2027-02-11"]),
        (NOTICE.replace("2027-02-20, works: true", "2027-02-30, works: maybe"), "a.yaml", ["line 7: works"]),
        (NOTICE.replace("2027-04-05", "2027-04-04"), "a.yaml", ["2027-04-05 (Tomb-Sweeping Day)"]),
        (NOTICE.replace("mainland", "moon"), "a.yaml", ["there is no calendar moon"]),
        (NOTICE.replace("year: 2027", "year: 2028"), "a.yaml", ["line 5: 2027-01-01 is not in 2028"]),
        (NOTICE.replace("document", "dokument"), "a.yaml", ["line 3: unknown key dokument"]),
        (NOTICE + "  - {date: 2027-01-01, works: false}\n", "a.yaml", ["line 13: 2027-01-01 is named twice"]),
        ("days: [", "a.yaml", ["no YAML"]),
        ("just words", "a.yaml", ["line 1"]),
        ("days: {}", "a.yaml", ["must be a list"]),
        ("days: []", "a.yaml", ["names no day"]),
        ("", "a.csv", ["line 1: the columns"]),
        ("date,works\n", "a.csv", ["line 1: the columns"]),
        ("date,works,name\n2027-01-01,no\n", "a.csv", ["line 2: 2 values for 3 columns"]),
        ("date,works,name\n2027-13-01,no,x\n", "a.csv", ["line 2: '2027-13-01'"]),
    ],
)
def test_a_wrong_notice_is_refused_with_its_lines(text: str, name: str, faults: list[str]) -> None:
    with pytest.raises(BadNotice) as refused:
        read_notice(text.encode(), name)

    for fault in faults:
        assert fault in str(refused.value)


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.yaml"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    with suppress(BadNotice):
        read_notice(data, name)

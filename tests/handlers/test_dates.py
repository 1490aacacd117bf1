"""The day that somebody names, counted from Monday the 23rd of November 2026."""

from datetime import date

import pytest

from handlers.dates import read_day

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("后天", "2026-11-25"),
        ("三天后吧", "2026-11-26"),
        ("下周五", "2026-12-04"),
        ("这週五交", "2026-11-27"),
        ("周一", "2026-11-23"),
        ("礼拜天之前", "2026-11-29"),
        ("月底前", "2026-11-30"),
        ("下月底", "2026-12-31"),
        ("28号", "2026-11-28"),
        ("二十八号", "2026-11-28"),
        ("15号", "2026-12-15"),  # the 15th of this month is past
        ("12月5日", "2026-12-05"),
        ("1/5", "2027-01-05"),
        ("两周后", "2026-12-07"),
        ("2026-12-01", "2026-12-01"),
    ],
)
def test_a_day_is_read(text: str, day: str) -> None:
    assert read_day(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("text", ["发工资那天", "尽快", "2月30号"])
def test_what_names_no_day_is_none(text: str) -> None:
    assert read_day(text, TODAY) is None

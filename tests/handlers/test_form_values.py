"""Days and numbers as people type them into a form, counted from Monday the 23rd of November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.forms.form_values import read_date, read_number

TODAY = date(2026, 11, 23)
PASSED, AHEAD = (-60, 0), (0, 60)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昨天", "2026-11-22"),
        ("前天晚上", "2026-11-21"),
        ("三天前", "2026-11-20"),
        ("上周三", "2026-11-18"),
        ("周五", "2026-11-20"),
        ("11月20号", "2026-11-20"),
        ("20号", "2026-11-20"),
        ("25号", "2026-10-25"),
        ("10月2日", "2026-10-02"),
        ("今天早上", "2026-11-23"),
    ],
)
def test_a_day_that_has_passed(text: str, day: str) -> None:
    assert read_date(text, TODAY, PASSED) == date.fromisoformat(day)


def test_the_same_words_ahead() -> None:
    assert read_date("20号", TODAY, AHEAD) == date(2026, 12, 20)
    assert read_date("周五", TODAY, AHEAD) == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", "5"), ("七口人", "7"), ("8.5千瓦", "8.5"), ("三盏", "3"), ("一万两千", "12000"), ("５个", "5")],
)
def test_a_number(text: str, number: str) -> None:
    assert str(read_number(text)) == number


@pytest.mark.parametrize("text", ["好多人", "3到5个", "没有"])
def test_no_number_or_several(text: str) -> None:
    assert read_number(text) is None


@given(st.integers(0, 60))
def test_days_ago_are_counted(days: int) -> None:
    day = read_date(f"{days}天前", TODAY, PASSED)
    assert day is not None
    assert (TODAY - day).days == days

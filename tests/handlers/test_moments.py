"""Moments are said absolutely, and colleagues' hours are kept."""

from datetime import datetime

import pytest

from handlers.handover.handover_waits import opening
from handlers.wording.moments import moment
from knowledge.book import Book
from tests.talking import SHANGHAI


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (at(2026, 11, 23, 14, 45), "今天14:45"),
        (at(2026, 11, 24, 9, 0), "明天09:00"),
        (at(2026, 11, 22, 9, 5), "昨天09:05"),
        (at(2026, 11, 28, 17, 30), "11月28日（周六）17:30"),
        (at(2027, 1, 4, 17, 30), "2027年1月4日（周一）17:30"),
    ],
)
def test_a_moment(when: datetime, said: str) -> None:
    assert moment(when, at(2026, 11, 23, 14, 0), SHANGHAI) == said


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(2026, 11, 23, 8, 0), at(2026, 11, 23, 8, 0)),
        (at(2026, 11, 23, 19, 59), at(2026, 11, 23, 19, 59)),
        (at(2026, 11, 23, 20, 0), at(2026, 11, 24, 8, 0)),
        (at(2026, 11, 23, 6, 0), at(2026, 11, 23, 8, 0)),
    ],
)
def test_when_colleagues_are_there(now: datetime, opens: datetime, book: Book) -> None:
    assert opening(book, now) == opens

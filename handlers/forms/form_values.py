"""Reading what somebody types into a field: a day that may have passed, a number, a part of a day."""

import re
from datetime import date, timedelta
from decimal import Decimal

import cn2an

from handlers.dates import read_day
from knowledge.text.normalise import normalise
from knowledge.text.numbers import canonical_numbers

_PASSED = {
    "大前天": 3,
    "前天": 2,
    "前晚": 2,
    "昨天": 1,
    "昨日": 1,
    "昨晚": 1,
    "昨夜": 1,
    "今天": 0,
    "今日": 0,
}
_TODAY = {"今早": 0, "今晚": 0, "刚才": 0, "刚刚": 0}
_DAYS_AGO = re.compile(r"(\d{1,3})天[之以]?前")
_LAST_WEEK = re.compile(r"上个?(?:周|礼拜|星期)([一二三四五六日天])")
_THIS_WEEK = re.compile(r"(?:这|本)?个?(?:周|礼拜|星期)([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"
_OF_CALENDAR = re.compile(r"\d{1,2}(?:月|日|号|[-/.])")
_NUMERAL = re.compile(r"[一二两三四五六七八九十百千]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def read_date(text: str, today: date, days: tuple[int, int]) -> date | None:
    """Return the day that words name, None where they name none.

    `days` are the first and last that are asked for, counted from today: where they have passed, 周三 and
    20号 are the last ones, else the next.
    """
    if days[1] > 0:
        return read_day(text, today)
    words = canonical_numbers(normalise(text))
    for word, ago in {**_PASSED, **_TODAY}.items():
        if word in words:
            return today - timedelta(days=ago)
    if found := _DAYS_AGO.search(words):
        return today - timedelta(days=int(found[1]))
    monday = today - timedelta(days=today.weekday())
    if found := _LAST_WEEK.search(words):
        return monday + timedelta(days=_weekday(found[1]) - 7)
    if found := _THIS_WEEK.search(words):
        day = monday + timedelta(days=_weekday(found[1]))
        return day if day <= today else day - timedelta(weeks=1)
    if not _OF_CALENDAR.search(words):
        return None
    # The last such day: the first one that is not yet a year, or a month, away.
    for back in (31, 366):
        found_day = read_day(text, today - timedelta(days=back - 1))
        if found_day is not None and found_day <= today and _is_meant(words, found_day):
            return found_day
    return read_day(text, today)


def read_number(text: str) -> Decimal | None:
    """Return the only number that words hold (7, 七口人, 8千瓦), None where they hold none or several."""
    text = normalise(text)
    found = _NUMBER.findall(canonical_numbers(text))
    if not found:
        # A numeral before a word that is no unit we know: 三盏.
        found = [str(cn2an.cn2an(one.replace("两", "二"), "smart")) for one in _NUMERAL.findall(text)]
    return Decimal(found[0]) if len(found) == 1 else None


def _is_meant(words: str, day: date) -> bool:
    month = re.search(r"(\d{1,2})月", words)
    return month is None or int(month[1]) == day.month


def _weekday(sign: str) -> int:
    return _WEEKDAYS.index("日" if sign == "天" else sign)

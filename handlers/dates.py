"""Reading the day that somebody names: 后天, 下周五, 15号, 月底前, 三天后."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

import cn2an

from knowledge.text.normalise import normalise

_SOON = {"大后天": 3, "后天": 2, "明天": 1, "明日": 1, "明晚": 1, "今天": 0, "今日": 0, "今晚": 0, "马上": 0}
_WEEKDAY = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 6}
_NUMERAL = re.compile(r"[一二两三四五六七八九十]+(?=[天日号月周个])")
_WEEK = re.compile(r"(下下|下|这|本)?个?周([一二三四五六日天末1-6])")
_AFTER = re.compile(r"(\d{1,3})天")
_WEEKS_AFTER = re.compile(r"(\d)个?周(?:之?[后内]|以[后内])")
_MONTH_DAY = re.compile(r"(?:(\d{1,2})月|(下个?月|次月))(\d{1,2})(?:日|号)?")
_SLASHED = re.compile(r"(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY = re.compile(r"(?:(?:这个?|本)月|(?<![\d月]))(\d{1,2})(?:号|日)")


def read_day(text: str, today: date) -> date | None:
    """Return the day that a text names, or None; a day of the month that is past is in the next month."""
    text = normalise(text).replace("礼拜", "周").replace("星期", "周")
    text = _NUMERAL.sub(_digits, text)
    for reader in _READERS:
        found = reader(text, today)
        if found is not None:
            return found
    return None


def _digits(numeral: re.Match[str]) -> str:
    return str(cn2an.cn2an(numeral[0].replace("两", "二"), "smart"))


def _soon(text: str, today: date) -> date | None:
    word = next((word for word in _SOON if word in text), None)
    return today + timedelta(days=_SOON[word]) if word is not None else None


def _weekday(text: str, today: date) -> date | None:
    found = _WEEK.search(text)
    if not found:
        return None
    named = found[2]
    weekday = int(named) - 1 if named.isdigit() else _WEEKDAY[named]
    weeks = {"下下": 2, "下": 1}.get(found[1] or "", 0)
    day = today - timedelta(days=today.weekday()) + timedelta(days=weekday, weeks=weeks)
    return day + timedelta(weeks=1) if day < today and found[1] is None else day


def _end_of_month(text: str, today: date) -> date | None:
    if "月底" not in text and "月末" not in text:
        return None
    month = _next_month(today) if re.search(r"下个?月[底末]", text) else today
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _after(text: str, today: date) -> date | None:
    weeks = _WEEKS_AFTER.search(text)
    if weeks:
        return today + timedelta(weeks=int(weeks[1]))
    found = _AFTER.search(text)
    return today + timedelta(days=int(found[1])) if found else None


def _month_day(text: str, today: date) -> date | None:
    found = _MONTH_DAY.search(text)
    if found:
        month = int(found[1]) if found[1] else _next_month(today).month
        return _next(today, month, int(found[3]))
    found = _SLASHED.search(text)
    if found:
        if found[1]:
            return _date(int(found[1]), int(found[2]), int(found[3]))
        return _next(today, int(found[2]), int(found[3]))
    return None


def _day_of_month(text: str, today: date) -> date | None:
    found = _DAY.search(text)
    if not found:
        return None
    day = _date(today.year, today.month, int(found[1]))
    if day is None or day < today:
        after = _next_month(today)
        return _date(after.year, after.month, int(found[1]))
    return day


def _next(today: date, month: int, day: int) -> date | None:
    found = _date(today.year, month, day)
    return _date(today.year + 1, month, day) if found is not None and found < today else found


def _next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_READERS: tuple[Callable[[str, date], date | None], ...] = (
    _weekday,
    _end_of_month,
    _after,
    _month_day,
    _day_of_month,
    _soon,
)

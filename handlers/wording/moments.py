"""How moments and lengths of time are said: absolute, in the utility's own time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from knowledge.rules.promises import Span

_WEEKDAYS = "一二三四五六日"
_UNITS = {"m": "分钟", "h": "小时", "d": "天", "wh": "个工作小时", "wd": "个工作日"}


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a moment as 今天14:45, 明天09:00 or 11月28日（周六）17:30."""
    here, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{here:%H:%M}"
    days = (here.date() - today).days
    if days in (-1, 0, 1):
        return f"{('今天', '明天', '昨天')[days]}{clock}"
    year = f"{here.year}年" if here.year != today.year else ""
    return f"{year}{here.month}月{here.day}日（周{_WEEKDAYS[here.weekday()]}）{clock}"


def day(at: datetime, zone: ZoneInfo) -> str:
    """Return a day as 11月28日."""
    here = at.astimezone(zone)
    return f"{here.month}月{here.day}日"


def length(span: Span) -> str:
    """Return a length of time as 45分钟 or 5个工作日."""
    return f"{span.amount}{_UNITS[span.unit]}"


def spoken(span: str) -> str:
    """Return a length of time as it is kept, 45m or 5wd, in words; nothing for one without a length."""
    unit = span.lstrip("0123456789")
    amount = span.removesuffix(unit)
    return f"{amount}{_UNITS[unit]}" if amount and unit in _UNITS else ""

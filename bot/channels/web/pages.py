"""Days and times as the page shows them, on the utility's own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

_WEEKDAYS = "一二三四五六日"


def day_label(at: str, zone: str, now: datetime) -> str:
    """Return the day of a moment for the line between two days; static/moments.js does the same."""
    day = datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).date()
    today = now.astimezone(ZoneInfo(zone)).date()
    if day == today:
        return "今天"
    label = f"{day.month}月{day.day}日 星期{_WEEKDAYS[day.weekday()]}"
    return label if day.year == today.year else f"{day.year}年{label}"


def time_label(at: str, zone: str) -> str:
    """Return hours and minutes of a moment."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).strftime("%H:%M")

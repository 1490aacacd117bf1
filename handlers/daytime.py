"""When a word that can wait may reach a customer: by day, as a region's sending hours have it."""

from datetime import datetime, timedelta

from knowledge.rules import arrears
from knowledge.rules.quiet_hours import SendingWindow


def is_day(region: str, now: datetime) -> bool:
    """Return whether a word that can wait may go now."""
    return _window(region).may_send(now)


def next_day(region: str, now: datetime) -> datetime:
    """Return the moment on the following day at which words that can wait are sent."""
    window = _window(region)
    here = (now + timedelta(days=1)).astimezone(window.zone)
    return window.next_allowed(
        here.replace(hour=window.send_at.hour, minute=window.send_at.minute, second=0, microsecond=0)
    )


def next_moment(region: str, now: datetime) -> datetime:
    """Return `now` by day, else the moment at which the day begins."""
    return _window(region).next_allowed(now)


def _window(region: str) -> SendingWindow:
    return arrears.rules().window(region)

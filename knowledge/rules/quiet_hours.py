"""When a reminder may leave: inside the sending window, never on the first day of a public holiday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from knowledge.rules.calendars import WorkCalendar


@dataclass(frozen=True, slots=True)
class SendingWindow:
    """The hours in which one region's customers may be reminded, `opens` included, `closes` excluded."""

    zone: ZoneInfo
    opens: time
    closes: time
    send_at: time
    skip_first_day_of_holiday: bool
    calendar: WorkCalendar

    def may_send(self, now: datetime) -> bool:
        """Return whether a reminder may leave at this moment; raises ValueError for a naive one."""
        here = _aware(now).astimezone(self.zone)
        return self.opens <= here.time() < self.closes and self._is_sending_day(here)

    def next_allowed(self, now: datetime) -> datetime:
        """Return `now` if a reminder may leave now, else the next opening; raises ValueError if naive."""
        if self.may_send(now):
            return now
        here = now.astimezone(self.zone)
        on = here.date() if here.time() < self.opens else here.date() + timedelta(days=1)
        opening = datetime.combine(on, self.opens, tzinfo=self.zone)
        while not self._is_sending_day(opening):
            opening += timedelta(days=1)
        return opening

    def closes_after(self, now: datetime) -> datetime:
        """Return the closing of the day on which a reminder may leave next; raises ValueError if naive."""
        here = self.next_allowed(now).astimezone(self.zone)
        return datetime.combine(here.date(), self.closes, tzinfo=self.zone)

    def _is_sending_day(self, here: datetime) -> bool:
        return not (self.skip_first_day_of_holiday and self.calendar.starts_holiday(here.date()))


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("quiet hours are asked about an aware moment")
    return moment

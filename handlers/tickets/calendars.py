"""Notices about work calendars: taken in from the operator, and taken up by every running service."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session

import storage.calendars
from knowledge.rules import calendars as rules
from knowledge.rules.calendars import Notice, NoticeDay
from storage.models import CalendarNotice


def load(session: Session, notice: Notice, now: datetime, *, by: str) -> bool:
    """Keep a notice and count by it from now on; False where the last one says the same."""
    days = {on: (day.works, day.name) for on, day in notice.days.items()}
    added = storage.calendars.add(
        session,
        calendar=notice.calendar,
        year=notice.year,
        source=notice.document,
        days=days,
        now=now,
        by=by,
    )
    take_up(session)
    return added


def take_up(session: Session) -> bool:
    """Count by the notices of this database from now on; return whether they had changed."""
    global _taken
    newest = storage.calendars.newest(session)
    here = (str(session.get_bind().engine.url), newest)
    if here == _taken:
        return False
    rules.take_notices([_notice(row) for row in storage.calendars.all_of(session)] if newest else [])
    _taken = here
    return True


# Which notices this process counts by: those of which database, up to which number.
_taken: tuple[str, int] = ("", 0)


def _notice(row: CalendarNotice) -> Notice:
    return Notice(row.calendar, row.year, row.source, _days(row.days))


def _days(kept: Mapping[str, tuple[bool, str]]) -> dict[date, NoticeDay]:
    return {date.fromisoformat(on): NoticeDay(works, name) for on, (works, name) in kept.items()}

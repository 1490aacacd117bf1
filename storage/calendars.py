"""Notices about work calendars in the database, which every running service counts by."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from storage.models import CalendarNotice


def newest(session: Session) -> int:
    """Return a number that grows with every notice; 0 where there is none."""
    found: int | None = session.execute(select(func.max(col(CalendarNotice.id)))).scalar_one_or_none()
    return found or 0


def all_of(session: Session) -> list[CalendarNotice]:
    """Return every notice, oldest first."""
    return list(session.execute(select(CalendarNotice).order_by(col(CalendarNotice.id))).scalars())


def add(
    session: Session,
    *,
    calendar: str,
    year: int | None,
    source: str,
    days: Mapping[date, tuple[bool, str]],
    now: datetime,
    by: str,
) -> bool:
    """Keep a notice; False where the last one about this calendar and year says the same."""
    kept = {on.isoformat(): [works, name] for on, (works, name) in sorted(days.items())}
    last = session.execute(
        select(CalendarNotice)
        .where(col(CalendarNotice.calendar) == calendar)
        .order_by(col(CalendarNotice.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    if last is not None and (last.year, last.days, last.source) == (year, kept, source):
        return False
    session.add(
        CalendarNotice(calendar=calendar, year=year, source=source, days=kept, loaded_at=now, loaded_by=by)
    )
    session.flush()
    return True

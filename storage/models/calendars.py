"""Notices about work calendars that were loaded while the service ran."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from storage.models.base import document, key


class CalendarNotice(SQLModel, table=True):
    """A year's notice, or single days, for one calendar; never changed, a later one goes before it."""

    id: int | None = key()
    calendar: str = Field(max_length=32)
    year: int | None = None  # set where the notice names every day off and make-up day of a year
    source: str = ""
    days: dict[str, Any] = document()  # 2027-02-06: [whether it is worked, its name]
    loaded_at: datetime
    loaded_by: str = ""

"""The outage book (停电信息) as the utility announced it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.models.base import key


class OutageRow(SQLModel, table=True):
    """One announced or running outage."""

    __tablename__ = "outage"

    id: int | None = key()
    external_id: str = Field(unique=True)
    kind: str
    state: str
    substation: str = ""
    line: str = ""
    transformer: str = ""
    scope: str
    reason: str = ""
    region: str
    start_at: datetime
    stop_at: datetime
    etr_at: datetime | None = None
    published_at: datetime | None = None
    updated_at: datetime


class OutageFeed(SQLModel, table=True):
    """One delivery of outage data; the newest says as of when we know."""

    id: int | None = key()
    as_of: datetime = Field(index=True)
    source: str
    rows: int
    imported_at: datetime

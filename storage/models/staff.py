"""Colleagues: who they are, what they may do, how Telegram knows them, and what they did."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.base import document, key, link


class Role(StrEnum):
    """What somebody is employed for; what each may do stands in data/roles.yaml."""

    AGENT = "agent"
    DISPATCHER = "dispatcher"
    LEAD = "lead"
    EDITOR = "editor"
    BILLING = "billing"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Staff(SQLModel, table=True):
    """A colleague."""

    id: int | None = key()
    name: str = Field(unique=True)
    telegram_id: str | None = Field(default=None, unique=True)
    role: str = Field(default=Role.AGENT, max_length=16)
    team: str = Field(default="desk", max_length=24)
    capacity: int = 3  # customers spoken with at once
    on_duty: bool = True
    active: bool = True
    created_at: datetime
    removed_at: datetime | None = None


class StaffCode(SQLModel, table=True):
    """A one-time code that links a colleague's account with their own Telegram."""

    id: int | None = key()
    staff_id: int = link("staff.id")
    code_hash: str = Field(unique=True, max_length=64)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class AuditRecord(SQLModel, table=True):
    """Who did what to which ticket and whose data; the database refuses to change or delete a row."""

    id: int | None = key()
    at: datetime = Field(index=True)
    actor: str  # staff:NAME, customer, clock, operator
    staff_id: int | None = link("staff.id", nullable=True)
    act: str = Field(max_length=48)
    ticket_id: int | None = link("ticket.id", nullable=True)
    person_id: int | None = link("person.id", nullable=True)
    allowed: bool = True
    detail: dict[str, Any] = document()


class StaffRoom(SQLModel, table=True):
    """A topic of the staff group: one for a ticket or for a customer's chat."""

    __table_args__ = (UniqueConstraint("channel", "address", "room"),)

    id: int | None = key()
    channel: str
    address: str
    room: str = Field(max_length=48)  # ticket:12, person:7
    title: str = ""
    thread: str | None = Field(default=None, max_length=32)
    # The topic was made anew, or for the first time: its card is still to be written.
    card_wanted: bool = True
    closed: bool = False
    # What the topic looks like to colleagues now: open or closed, and its title.
    shown: str = Field(default="", max_length=160)
    # The card as it was written last, so that nothing is sent where nothing has changed.
    card_hash: str = Field(default="", max_length=16)
    updated_at: datetime
